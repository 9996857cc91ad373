import numpy as np
import pytest

from cscfuse_keras.tasks import colour as pictures
from cscfuse_keras.video.colour import ColourTags, Planes, frame_of, pixel_format, planes_of, with_luma

av = pytest.importorskip("av")
LIMITED = ColourTags(full_range=False, matrix=1, primaries=1, transfer=1)
FULL = ColourTags(full_range=True, matrix=1, primaries=1, transfer=1)
ALL = [f"yuv{layout}p{depth}" for layout in (420, 422, 444) for depth in ("", "10le")]


def random_planes(shape, chroma_shape, bits):
    """Planes whose values are samples of video in limited range."""
    random, unit = np.random.default_rng(0), 2 ** (bits - 8)
    luma = random.integers(0, 219 * unit + 1, shape) / (219 * unit)
    chroma = [random.integers(-112 * unit, 112 * unit + 1, chroma_shape) / (224 * unit) for _ in range(2)]
    return Planes(luma.astype("float32"), [plane.astype("float32") for plane in chroma], bits)


def equal(found, expected, tolerance=1e-6):
    np.testing.assert_allclose(found.luma, expected.luma, atol=tolerance)
    for one, other in zip(found.chroma, expected.chroma, strict=True):
        np.testing.assert_allclose(one, other, atol=tolerance)


@pytest.mark.parametrize(("name", "chroma_shape"), [("yuv420p", (8, 15)), ("yuv422p", (16, 15)), ("yuv444p", (16, 30))])
@pytest.mark.parametrize("bits", [8, 10])
def test_stored_samples_come_back(name, chroma_shape, bits):
    planes = random_planes((16, 30), chroma_shape, bits)
    wanted = pixel_format(planes, ALL)
    assert wanted == name + ("10le" if bits == 10 else "")
    frame = frame_of(planes, wanted, LIMITED)
    assert frame.color_range == 1 and frame.colorspace == 1
    found = planes_of(frame)
    equal(found, planes)
    assert found.bits == bits


@pytest.mark.parametrize("name", ["yuvj420p", "yuv420p", "gray", "gray10le", "nv12", "p010le"])
def test_what_white_and_black_are(name):
    """A ramp drawn by FFmpeg from full-range grey means the same in every format."""
    ramp = np.tile(np.arange(0, 256, 4, dtype="uint8"), (16, 1))
    frame = av.VideoFrame.from_ndarray(ramp, format="gray").reformat(format=name)
    if name in ("yuv420p", "nv12", "p010le"):
        frame.color_range = 1
    elif name.startswith("gray"):
        frame.color_range = 0
    np.testing.assert_allclose(planes_of(frame).luma, ramp / 255, atol=0.004)


def test_red_green_and_blue_become_what_they_are_tagged_as():
    rgb = np.zeros((16, 48, 3), "uint8")
    for k in range(3):
        rgb[:, 16 * k : 16 * (k + 1), k] = 255
    found = planes_of(av.VideoFrame.from_ndarray(rgb, format="rgb24"))
    assert found.luma[8, [8, 24, 40]] == pytest.approx([0.2126, 0.7152, 0.0722], abs=0.005)
    assert found.chroma[1][8, 8] == pytest.approx(0.5, abs=0.005)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turned(turns):
    planes = random_planes((16, 30), (16, 15), 8)
    found = planes_of(frame_of(planes, "yuv422p", LIMITED), turns)
    np.testing.assert_allclose(found.luma, np.rot90(planes.luma, turns), atol=1e-6)
    # Chroma that is coarse up and down alone has no format of its own.
    assert pixel_format(found, ALL) == ("yuv422p" if turns == 2 else "yuv444p")


@pytest.mark.parametrize(
    ("shape", "bits", "accepted", "expected"),
    [
        ((16, 31), 8, ALL, "yuv444p"),
        ((16, 30), 10, ["yuv420p", "yuv444p"], "yuv420p"),
        ((16, 30), 8, ["nv12", "yuv420p"], "yuv420p"),
    ],
)
def test_the_nearest_format_that_an_encoder_accepts(shape, bits, accepted, expected):
    grey = Planes(np.full(shape, 0.5, "float32"), [], bits)
    assert pixel_format(grey, accepted) == expected
    frame = frame_of(grey, expected, FULL)
    assert set(np.unique(planes_of(frame).luma.round(2))) == {0.5}
    assert np.abs(planes_of(frame).chroma).max() == 0


def test_new_luma_keeps_chroma_as_in_pictures():
    random = np.random.default_rng(1)
    rgb = random.uniform(0, 1, (12, 14, 3)).astype("float32")
    luma = random.uniform(0, 1, (12, 14)).astype("float32")
    chroma = np.moveaxis(rgb @ pictures.TO_CHROMA, -1, 0)
    # Matrix 5: BT.601.
    found = with_luma(Planes(pictures.luma(rgb), list(chroma), 8), luma, 5)
    expected = pictures.with_luma(rgb, luma)
    np.testing.assert_allclose(
        found.luma[..., None] + np.stack(found.chroma, -1) @ pictures.FROM_CHROMA, expected, atol=1e-4
    )


def test_unchanged_luma_leaves_chroma_alone():
    rgb = np.random.default_rng(1).uniform(0.1, 0.9, (12, 14, 3)).astype("float32")
    frame = av.VideoFrame.from_ndarray((255 * rgb).astype("uint8"), format="rgb24")
    planes = planes_of(frame)
    equal(with_luma(planes, planes.luma, 1), planes, 0.02)
