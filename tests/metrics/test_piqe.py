import cv2
import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics import metrics_for, piqe


def plain_piqe(image):
    """Block by block, pixel lists instead of arrays where that is the definition's own form."""
    image = np.rint(image / image.max() * 255)
    image = np.pad(image, [(0, -length % 16) for length in image.shape], mode="symmetric")
    mean, square = (cv2.GaussianBlur(x, (7, 7), 7 / 6, borderType=cv2.BORDER_REPLICATE) for x in (image, image**2))
    normalised = (image - mean) / (np.sqrt(abs(square - mean**2)) + 1)
    active, distortion = 0, 0.0
    for row in range(0, image.shape[0], 16):
        for column in range(0, image.shape[1], 16):
            block = normalised[row : row + 16, column : column + 16]
            variance = block.var(ddof=1)
            if variance <= 0.1:
                continue
            active += 1
            edges = [block[0], block[15], block[:, 0], block[:, 15]]
            if any(edge[start : start + 6].std(ddof=1) < 0.1 for edge in edges for start in range(11)):
                distortion += 1 - variance
            deviation = np.sqrt(variance)
            surround = [*range(7), 8, *range(10, 16)]
            ratio = block[:, [7, 8]].std(ddof=1) / block[:, surround].std(ddof=1)
            if deviation > 2 * abs(deviation - ratio) / max(deviation, ratio):
                distortion += variance
    return 100 * (distortion + 1) / (active + 1), active


@pytest.fixture
def grey(picture):
    return picture[..., 0]


def test_equals_plain_loops(grey):
    noisy = np.clip(grey + np.random.default_rng(1).normal(0, 20, grey.shape), 0, 255).round()
    blocky = cv2.resize(grey[::8, ::8], grey.shape[::-1], interpolation=cv2.INTER_NEAREST)
    scores = set()
    for image in (grey, noisy, blocky, grey[:160, :112], grey // 3):
        expected, active = plain_piqe(image.astype(np.float64))
        assert active > 3
        assert piqe(image) == pytest.approx(expected, rel=1e-9)
        scores.add(round(expected))
    assert len(scores) > 3


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("level", [0, 90, 255])
def test_100_where_nothing_is_active(level):
    assert piqe(np.full((20, 33), level, np.uint8)) == 100


def test_the_brightest_level_counts_as_255(grey):
    even = grey // 2 * 2
    assert piqe(even // 2) == pytest.approx(piqe(even), rel=1e-12)


def test_colour_is_judged_by_its_grey(picture):
    grey = np.rint(picture @ np.array([0.298936021293775, 0.587043074451121, 0.114020904255103]))
    assert piqe(picture) == piqe(grey)
    assert piqe(picture) != piqe(picture[..., ::-1])


def test_needs_a_block():
    with pytest.raises(InputError, match="16 x 16 pixels, found 15 x 40"):
        piqe(np.zeros((15, 40), np.uint8))


def test_is_registered_for_multi_exposure():
    assert {row.name: row.function for row in metrics_for("mef", "textbook")}["PIQE"] is piqe
