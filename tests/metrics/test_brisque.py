import math

import cv2
import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics import Brisque
from cscfuse_keras.metrics.brisque import brisque_features
from cscfuse_keras.metrics.half_size import half_size

SHAPES = 0.2 + 0.001 * np.arange(9801)
GAMMA = {k: np.array([math.gamma(k / shape) for shape in SHAPES]) for k in (1, 2, 3)}
RATIO = GAMMA[2] ** 2 / (GAMMA[1] * GAMMA[3])


def model_text(vectors, coefficients):
    lines = [
        f"{coefficient} " + " ".join(f"{number}:{value}" for number, value in enumerate(vector, start=1))
        for coefficient, vector in zip(coefficients, vectors, strict=True)
    ]
    header = f"svm_type epsilon_svr\nkernel_type rbf\ngamma 0.05\nnr_class 2\ntotal_sv {len(vectors)}\nrho -40\nSV\n"
    return header + "\n".join(lines) + "\n"


def ranges_text(least, greatest):
    rows = zip(least, greatest, strict=True)
    return "x\n-1 1\n" + "".join(f"{number} {low} {high}\n" for number, (low, high) in enumerate(rows, start=1))


VECTORS = np.random.default_rng(3).uniform(-1, 1, (5, 36)).round(6)
COEFFICIENTS = np.array([30.0, -20, 10, 50, -60])
LEAST, GREATEST = np.tile([0.0, -1.0], 18), np.tile([2.0, 3.0], 18)


@pytest.fixture
def model_path(tmp_path):
    (tmp_path / "brisque_allmodel").write_text(model_text(VECTORS, COEFFICIENTS))
    (tmp_path / "brisque_allrange").write_text(ranges_text(LEAST, GREATEST))
    return tmp_path / "brisque_allmodel"


def plain_features(image):
    """One scale's 18 features, from the definition; 0 beyond the border."""
    mean, square = (cv2.GaussianBlur(x, (7, 7), 7 / 6, borderType=cv2.BORDER_CONSTANT) for x in (image, image**2))
    coefficients = (image - mean) / (np.sqrt(abs(square - mean**2)) + 1)
    coefficients[abs(coefficients) < 1e-9] = 0
    variance = np.mean(coefficients**2)
    features = [SHAPES[np.argmin(abs(variance / np.mean(abs(coefficients)) ** 2 - 1 / RATIO))], variance]
    height, width = image.shape
    for down, right in ((0, 1), (1, 0), (1, 1), (-1, 1)):
        products = np.array(
            [
                coefficients[row, column] * coefficients[(row - down) % height, (column - right) % width]
                for row, column in np.ndindex(height, width)
            ]
        )
        left, right_variance = np.mean(products[products < 0] ** 2), np.mean(products[products > 0] ** 2)
        skew = np.sqrt(left / right_variance)
        ratio = np.mean(abs(products)) ** 2 / np.mean(products**2) * (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
        fitted = np.argmin((RATIO - ratio) ** 2)
        g1, g2, g3 = (GAMMA[k][fitted] for k in (1, 2, 3))
        mean = (np.sqrt(right_variance) - np.sqrt(left)) * g2 / g1 * np.sqrt(g1 / g3)
        features += [SHAPES[fitted], mean, left, right_variance]
    return features


@pytest.fixture
def grey(picture):
    """One of its sizes is odd, and a part is flat."""
    return picture[20:61, 20:70, 0]


def test_features_equal_plain_loops(grey):
    image = grey.astype(np.float64)
    expected = [*plain_features(image), *plain_features(half_size(image))]
    np.testing.assert_allclose(brisque_features(image), expected, rtol=1e-9, atol=1e-12)


def test_the_score_is_the_regression_of_scaled_features(model_path, grey):
    scaled = -1 + 2 * (brisque_features(grey.astype(np.float64)) - LEAST) / (GREATEST - LEAST)
    expected = 40 + sum(
        c * math.exp(-0.05 * sum((scaled - v) ** 2)) for c, v in zip(COEFFICIENTS, VECTORS, strict=True)
    )
    assert Brisque.load(model_path)(grey) == pytest.approx(expected, rel=1e-9)


def test_colour_is_judged_by_its_grey(model_path, picture):
    brisque = Brisque.load(model_path)
    assert brisque(picture) == brisque(
        np.rint(picture @ np.array([0.298936021293775, 0.587043074451121, 0.1140209043]))
    )
    assert brisque(picture) != brisque(picture[..., ::-1])


@pytest.mark.filterwarnings("error")
def test_a_constant_picture_has_no_value(model_path):
    assert all(math.isnan(Brisque.load(model_path)(np.full((40, 40), level, np.uint8))) for level in (0, 130, 255))


@pytest.mark.filterwarnings("error")
def test_the_smallest_picture(model_path, grey):
    brisque = Brisque.load(model_path)
    assert math.isfinite(brisque(grey[-14:, -14:]))
    with pytest.raises(InputError, match="14 x 14 pixels, found 13 x 14"):
        brisque(grey[-13:, -14:])


def test_the_name_tells_both_files(model_path):
    assert Brisque.load(model_path).name.startswith("brisque_allmodel (SHA-256 ")
    assert ", brisque_allrange (SHA-256 " in Brisque.load(model_path).name


def test_ranges_may_be_elsewhere(model_path, tmp_path, grey):
    expected = Brisque.load(model_path)(grey)
    ranges = (tmp_path / "brisque_allrange").rename(tmp_path / "limits")
    assert Brisque.load(model_path, ranges)(grey) == expected
    with pytest.raises(
        InputError, match=r"brisque_allrange': expected the ranges .* beside its model, found no such file"
    ):
        Brisque.load(model_path)


def test_damaged_files_are_told_apart(model_path, tmp_path):
    text = model_path.read_text()
    model_path.write_text(text[: len(text) // 2])
    with pytest.raises(
        InputError, match=r"allmodel': expected an epsilon-SVR .* found 3 support vectors, '5' announced"
    ):
        Brisque.load(model_path)
    model_path.write_text(text)
    (tmp_path / "brisque_allrange").write_text("x\n-1 1\n")
    with pytest.raises(InputError, match=r"allrange': expected the ranges of 36 features .* found 2 lines"):
        Brisque.load(model_path)
