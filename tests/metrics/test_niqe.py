import math

import numpy as np
import pytest
from scipy.io import savemat

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics import Niqe
from cscfuse_keras.metrics.half_size import half_size
from cscfuse_keras.metrics.natural_scene_statistics import contrast_normalised
from cscfuse_keras.metrics.niqe import niqe_features

SHAPES = 0.2 + 0.001 * np.arange(9801)
GAMMA = {k: np.array([math.gamma(k / shape) for shape in SHAPES]) for k in (1, 2, 3)}
REPLICATE = 1  # OpenCV's number for it.


def pristine_model():
    generator = np.random.default_rng(5)
    factor = generator.normal(size=(36, 40))
    return {"mu_prisparam": generator.normal(1, 0.3, (1, 36)), "cov_prisparam": factor @ factor.T / 100}


@pytest.fixture
def model_path(tmp_path):
    savemat(tmp_path / "pristine.mat", pristine_model())
    return tmp_path / "pristine.mat"


def plain_fit(samples):
    """Shape, mean, left and right scale, from the definition."""
    left, right = (np.sqrt(np.mean(side**2)) for side in (samples[samples < 0], samples[samples > 0]))
    skew = left / right
    ratio = np.mean(abs(samples)) ** 2 / np.mean(samples**2) * (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    fitted = np.argmin((GAMMA[2] ** 2 / (GAMMA[1] * GAMMA[3]) - ratio) ** 2)
    g1, g2, g3 = (GAMMA[k][fitted] for k in (1, 2, 3))
    left, right = left * np.sqrt(g1 / g3), right * np.sqrt(g1 / g3)
    return SHAPES[fitted], (right - left) * g2 / g1, left, right


def plain_features(image):
    """Features of the patches, patch by patch and pixel by pixel."""
    features = []
    scales = (image, 96), (half_size(image), 48)
    for row, column in np.ndindex(image.shape[0] // 96, image.shape[1] // 96):
        of_patch = []
        for scaled, side in scales:
            coefficients = contrast_normalised(scaled, REPLICATE)
            patch = coefficients[row * side : (row + 1) * side, column * side : (column + 1) * side]
            shape, _, left, right = plain_fit(patch)
            of_patch += [shape, (left + right) / 2]
            for down, across in ((0, 1), (1, 0), (1, 1), (1, -1)):
                products = [
                    patch[i, j] * patch[(i - down) % side, (j - across) % side] for i, j in np.ndindex(side, side)
                ]
                of_patch += plain_fit(np.array(products))
        features.append(of_patch)
    return np.array(features)


def test_features_equal_plain_loops(picture):
    image = picture[:96, :192, 0].astype(np.float64)
    np.testing.assert_allclose(niqe_features(image), plain_features(image), rtol=1e-9, atol=1e-12)


def test_is_the_distance_of_the_patches_from_the_model(model_path, picture):
    model = pristine_model()
    features = niqe_features(picture[:192, :192, 0].astype(np.float64))
    assert features.shape == (4, 36)
    difference = features.mean(axis=0) - model["mu_prisparam"][0]
    centred = features - features.mean(axis=0)
    covariance = (model["cov_prisparam"] + centred.T @ centred / 3) / 2
    expected = math.sqrt(difference @ np.linalg.solve(covariance, difference))
    # What is beyond whole patches does not count.
    assert Niqe.load(model_path)(picture[..., 0]) == pytest.approx(expected, rel=1e-9)


def test_colour_is_judged_by_its_grey(model_path, picture):
    niqe = Niqe.load(model_path)
    assert niqe(picture) == niqe(np.rint(picture @ np.array([0.298936021293775, 0.587043074451121, 0.1140209043])))
    assert niqe(picture) != niqe(picture[..., ::-1])


@pytest.mark.filterwarnings("error")
def test_flat_patches_are_left_out(model_path, picture):
    niqe = Niqe.load(model_path)
    grey = picture[..., 0].copy()
    grey[:120, :120] = 77
    assert niqe(grey) == pytest.approx(_distance_of(grey, [1, 2, 3]), rel=1e-9)
    grey[:] = 77
    assert math.isnan(niqe(grey))


def _distance_of(grey, patches):
    model = pristine_model()
    features = niqe_features(grey[:192, :192].astype(np.float64))[patches]
    difference = features.mean(axis=0) - model["mu_prisparam"][0]
    return math.sqrt(difference @ np.linalg.pinv((model["cov_prisparam"] + np.cov(features.T)) / 2) @ difference)


def test_needs_two_patches(model_path, picture):
    niqe = Niqe.load(model_path)
    assert math.isfinite(niqe(picture[:96, :192]))
    with pytest.raises(InputError, match="two patches of 96 x 96 pixels, found 191 x 191"):
        niqe(picture[:191, :191])
    with pytest.raises(InputError, match="at least 96 x 96 pixels, found 95 x 215"):
        niqe(picture[:95])


def test_the_name_tells_the_file(model_path):
    assert Niqe.load(model_path).name.startswith("pristine.mat (SHA-256 ")


@pytest.mark.parametrize("compress", [False, True])
def test_other_variables_do_not_matter(tmp_path, picture, model_path, compress):
    path = tmp_path / "more.mat"
    savemat(path, {"note": "pristine", **pristine_model(), "numbers": np.arange(9)}, do_compression=compress)
    assert Niqe.load(path)(picture) == Niqe.load(model_path)(picture)


COVARIANCE = pristine_model()["cov_prisparam"]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"mu_prisparam": None}, "none or other forms"),
        ({"mu_prisparam": np.zeros((1, 35))}, "none or other forms"),
        ({"mu_prisparam": np.zeros((36, 1))}, "none or other forms"),
        ({"cov_prisparam": COVARIANCE.astype(np.float32)}, "none or other forms"),
        ({"cov_prisparam": {"values": 1}}, "none or other forms"),
        ({"cov_prisparam": COVARIANCE * np.nan}, "not finite"),
        ({"cov_prisparam": -COVARIANCE}, "not symmetric and positive definite"),
        ({"cov_prisparam": np.triu(COVARIANCE)}, "not symmetric and positive definite"),
    ],
)
def test_refuses_another_model(tmp_path, variables, message):
    path = tmp_path / "other.mat"
    content = {name: value for name, value in (pristine_model() | variables).items() if value is not None}
    savemat(path, content)
    with pytest.raises(InputError, match=rf"other.mat': expected a MATLAB file .* found .*{message}"):
        Niqe.load(path)


def test_refuses_damaged_files(tmp_path, model_path):
    whole = model_path.read_bytes()
    generator = np.random.default_rng(0)
    damaged = [b"", b"MATLAB 7.3 MAT-file" + bytes(600), whole[:300], whole[:-100], bytes(generator.bytes(2000))]
    for content in damaged:
        path = tmp_path / "damaged.mat"
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"damaged.mat': expected a MATLAB file"):
            Niqe.load(path)


def test_refuses_large_and_missing_files(tmp_path):
    path = tmp_path / "large.mat"
    path.write_bytes(bytes(100_000))
    with pytest.raises(InputError, match=r"large.mat': .* more than 65536 bytes"):
        Niqe.load(path)
    with pytest.raises(InputError, match="expected NIQE's pristine model, found no such file"):
        Niqe.load(tmp_path / "missing.mat")
