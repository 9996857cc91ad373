import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.samples import exposure_bracket, night_road
from cscfuse_keras.tasks import align
from cscfuse_keras.tasks.align import Alignment, align_exposures

OFFSETS = [(0, 0), (3, -5), (9, 2), (-8, 4), (-2, 9)]


@pytest.fixture(scope="module")
def bracket():
    return exposure_bracket(5, 160, 200)


def moved(images, offsets):
    """Views of each image that begin 12 pixels and an offset to the right of and below its corner."""
    return [image[12 + y : 148 + y, 12 + x : 188 + x] for image, (x, y) in zip(images, offsets, strict=True)]


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
def test_shifts_of_exposures_8_stops_apart_are_found(bracket, dtype):
    scale = {"uint8": 255, "uint16": 65535}.get(dtype, 1)
    images = moved([(scale * image).astype(dtype) for image in bracket], OFFSETS)
    alignment = align_exposures(images, list("abcde"))
    x, y = OFFSETS[alignment.reference]
    assert alignment.shifts == tuple((a - x, b - y) for a, b in OFFSETS)


def test_grey_exposures_in_any_order(bracket):
    images = moved([image[..., 1] for image in bracket[1:4]], OFFSETS[1:4])
    alignment = align_exposures([images[1], images[2], images[0]], list("abc"))
    assert alignment == Alignment(0, ((0, 0), (-17, 2), (-6, -7)))


def test_cropped_exposures_show_the_same_area(bracket):
    indices = np.stack(np.indices(bracket[0].shape[:2]), axis=-1)
    alignment = align_exposures(moved(bracket, OFFSETS), list("abcde"))
    first, *others = alignment.crop(moved([indices] * 5, OFFSETS))
    for other in others:
        np.testing.assert_array_equal(other, first)
    # All that is common is kept: the offsets span 17 columns and 14 rows.
    assert first.shape[:2] == (136 - 14, 176 - 17)


def test_cropping_copies_nothing(bracket):
    cropped = Alignment(0, ((0, 0), (2, -1))).crop(bracket[:2])
    assert all(np.shares_memory(image, whole) for image, whole in zip(cropped, bracket, strict=False))
    assert cropped[0].shape == (159, 198, 3)


def test_large_pictures_are_searched_from_coarse_to_fine(bracket, monkeypatch):
    monkeypatch.setattr(align, "COARSEST_SIDE", 100)
    monkeypatch.setattr(align, "SAMPLES", 5000)
    images = moved(bracket[1:4], OFFSETS[1:4])
    assert align_exposures(images, list("abc")).shifts == ((-6, -7), (0, 0), (-17, 2))


def test_another_view_is_refused(bracket):
    other = night_road(height=136, width=176)[1]
    with pytest.raises(InputError, match=r"^road\.png: expected the view of a\.png, displaced by at most 22 x 17 "):
        align_exposures([*moved(bracket[2:4], OFFSETS[2:4]), other], ["a.png", "b.png", "road.png"])


def test_a_black_exposure_is_refused(bracket):
    with pytest.raises(InputError, match=r"black\.png: .* too little in common"):
        align_exposures([np.zeros_like(bracket[0]), *bracket[1:3]], ["black.png", "b", "c"])


@pytest.mark.parametrize("shape", [(2, 2), (3, 5), (8, 300), (300, 31), (17, 17)])
def test_small_and_narrow_pictures(shape):
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), "uint8")
    assert align_exposures([image // 2, image], ["a", "b"]).shifts == ((0, 0), (0, 0))
