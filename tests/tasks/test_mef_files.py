"""Files of exposures, fused by a stand-in that takes their mean."""

import warnings

import numpy as np
import pytest
from PIL import Image, ImageCms

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io import read_picture, write_picture
from cscfuse_keras.runtimes.tiles import whole
from cscfuse_keras.samples import exposure_bracket
from cscfuse_keras.tasks.jobs import Job
from cscfuse_keras.tasks.mef_files import fuse_file
from cscfuse_keras.tasks.memory import Memory
from cscfuse_keras.tasks.unit_pixels import UnitRGB

EXIF_DIRECTORY, CAMERA, EXPOSURE_TIME, DATE = 34665, 271, 33434, 36867


class Mean:
    memory = Memory()

    def fuse_samples(self, exposures, full_scale, dtype, store):
        images = [UnitRGB(exposure, full_scale)[whole(*exposure.shape[:2])] for exposure in exposures]
        return store(np.mean(images, axis=0))


@pytest.fixture(scope="module")
def bracket():
    return np.rint(255 * exposure_bracket(3, 80, 100)).astype("uint8")


@pytest.fixture
def fuse(tmp_path):
    """Write pictures, fuse the files, and give the result."""

    def run(pictures, output="out.png", **settings):
        paths = [tmp_path / f"{k}{suffix}" for k, (suffix, _, _) in enumerate(pictures)]
        for path, (_, pixels, metadata) in zip(paths, pictures, strict=True):
            write_picture(path, pixels, overwrite=True, **metadata)
        fuse_file(Mean(), Job("scene", tuple(paths), tmp_path / output), overwrite=True, **settings)
        return read_picture(tmp_path / output)

    return run


@pytest.fixture
def quietly():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def exif_block(second):
    tags = Image.Exif()
    tags[CAMERA] = "Camera & Sons"
    tags[EXIF_DIRECTORY] = {EXPOSURE_TIME: 1 / (1 + second), DATE: f"2024:05:01 10:00:0{second}"}
    return tags.tobytes()


@pytest.mark.usefixtures("quietly")
@pytest.mark.parametrize(("suffix", "dtype"), [(".jpg", "uint8"), (".png", "uint16"), (".tif", "uint16")])
def test_depth_is_kept(fuse, bracket, suffix, dtype):
    scale = 257 if dtype == "uint16" else 1
    fused = fuse([(suffix, image.astype(dtype) * scale, {}) for image in bracket], f"out{suffix}")
    assert fused.pixels.dtype == dtype
    difference = fused.pixels / scale - bracket.mean(axis=0)
    assert np.abs(difference).mean() < (4 if suffix == ".jpg" else 0.5)


@pytest.mark.usefixtures("quietly")
def test_metadata_of_the_middle_exposure_without_its_time(fuse, bracket):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    order = [2, 0, 1]
    fused = fuse([(".jpg", bracket[k], {"exif": exif_block(k), "icc_profile": profile}) for k in order], "out.jpg")
    assert fused.icc_profile == profile
    tags = Image.Exif()
    tags.load(fused.exif)
    assert tags[CAMERA] == "Camera & Sons"
    assert dict(tags.get_ifd(EXIF_DIRECTORY)) == {DATE: "2024:05:01 10:00:01"}


def test_damaged_exif_is_left_out_with_a_warning(fuse, bracket):
    # The first directory is whole, but the one that it points to is not there.
    damaged = exif_block(0).removeprefix(b"Exif\0\0")[:60]
    with pytest.warns(UserWarning, match=r"1\.jpg: no EXIF is kept"):
        fused = fuse([(".jpg", image, {"exif": damaged}) for image in bracket])
    assert fused.exif is None


@pytest.mark.usefixtures("quietly")
def test_align_tells_and_crops_pixels_and_alpha(fuse, bracket):
    moved = [bracket[0][:-6, 4:], bracket[1][3:-3, 2:-2], bracket[2][6:, :-4]]
    alpha = np.arange(bracket[0][..., 0].size, dtype="uint32").reshape(80, 100).astype("uint8")
    told = []
    pictures = [(".png", image, {}) for image in moved]
    pictures[0] = (".png", moved[0], {"alpha": alpha[:-6, 4:]})
    fused = fuse(pictures, align=True, tell=told.append)
    assert told == [
        "scene: aligned to 1.png, right and down: 0.png by +2, -3; 2.png by -2, +3 pixels; "
        "cropped from 96 x 74 to 92 x 68"
    ]
    np.testing.assert_array_equal(fused.alpha, alpha[6:-6, 4:-4])
    np.testing.assert_allclose(fused.pixels, bracket[:, 6:-6, 4:-4].mean(axis=0), rtol=0, atol=0.51)


@pytest.mark.usefixtures("quietly")
def test_align_leaves_what_has_not_moved(fuse, bracket):
    told = []
    fused = fuse([(".png", image, {}) for image in bracket], align=True, tell=told.append)
    assert fused.pixels.shape == bracket[0].shape
    assert told == ["scene: aligned: no exposure is displaced"]


@pytest.mark.usefixtures("quietly")
def test_transparent_where_any_exposure_is(fuse, bracket):
    left, top = np.full((2, 80, 100), 255, "uint8")
    left[:, :10] = 0
    top[:20] = 7
    fused = fuse([(".png", bracket[0], {"alpha": left}), (".png", bracket[1], {"alpha": top})])
    np.testing.assert_array_equal(fused.alpha, np.minimum(left, top))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda pictures: [*pictures, pictures[0]], r"0\.png.*, .*3\.png: hold the same picture"),
        (lambda pictures: [(".png", pictures[0][1][..., 1], {}), *pictures[1:]], r"0\.png: grey among colour"),
        (
            lambda pictures: [
                *pictures[1:],
                (".png", pictures[0][1], {"icc_profile": bytes(16) + b"RGB " + bytes(200)}),
            ],
            "different colour profiles",
        ),
    ],
)
def test_doubtful_stacks_are_fused_with_a_warning(fuse, bracket, change, words):
    with pytest.warns(UserWarning, match=words):
        assert fuse(change([(".png", image, {}) for image in bracket])).pixels.shape == bracket[0].shape


def test_files_that_do_not_fit_are_named(fuse, bracket):
    first = (".png", bracket[0], {})
    with pytest.raises(InputError, match=r"100 x 80 in .*0\.png and 98 x 80 in .*1\.png"):
        fuse([first, (".png", bracket[1][:, 2:], {})])
    with pytest.raises(InputError, match=r"uint8 in .*0\.png and uint16 in .*1\.tif"):
        fuse([first, (".tif", bracket[1].astype("uint16"), {})])


def test_an_output_that_cannot_hold_the_result_is_refused_before_the_work(fuse, bracket, monkeypatch):
    monkeypatch.setattr(Mean, "fuse_samples", lambda *arguments: pytest.fail("it was fused"))
    with pytest.raises(UsageError, match="uint8 for JPEG, found uint16"):
        fuse([(".png", image.astype("uint16"), {}) for image in bracket], "out.jpg")
    with pytest.raises(UsageError, match="alpha"):
        fuse([(".png", image, {"alpha": image[..., 0]}) for image in bracket], "out.jpg")
