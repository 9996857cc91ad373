"""Samples that are not what they should be, or are so in an unusual way."""

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from cscfuse_keras.io import read_picture, write_picture
from cscfuse_keras.samples import exposure_bracket, night_road

TASKS = ("ivf", "mef", "msf")
PICTURES = ("ivf", "mef")


def fused_of(outcome):
    assert outcome.code == 0, outcome
    return read_picture(outcome.output[0])


@pytest.fixture(scope="module")
def scenes():
    """For a task, the two pictures to fuse, floats in [0, 1]."""
    return {"ivf": night_road(height=64, width=64), "mef": exposure_bracket(2, 64, 64)}


@pytest.fixture
def fuse(run, tmp_path, scenes):
    """Fuse a scene whose pictures are stored as `change` says, or the pictures that it gives are stored as."""

    def fuse(task, suffix="png", change=lambda image: np.rint(255 * image).astype("uint8"), options=(), images=None):
        paths = [tmp_path / f"{k}.{suffix}" for k in range(2)]
        for path, image in zip(paths, scenes[task] if images is None else images, strict=True):
            write_picture(path, change(image), overwrite=True)
        return run(
            "fuse", "--task", task, *paths, "-o", tmp_path / f"fused.{suffix}", "--preset", f"{task}-lite", *options,
            "--overwrite",
        )  # fmt: skip

    return fuse


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("other", [False, True], ids=["first", "second"])
@pytest.mark.parametrize("worst", ["nan", "inf", "-inf", "all nan", "1.5", "-0.25"])
def test_floats_that_are_no_samples(refused, partner, tmp_path, samples_of, task, other, worst):
    low = task == "msf" and other
    samples = samples_of(*((12, 16, 4) if low else (24, 32)), dtype="float32")
    samples[slice(None) if worst == "all nan" else (3, 5)] = float(worst.removeprefix("all "))
    path = tmp_path / ("bad.npy" if low else "bad.tif")
    np.save(path, samples) if low else tifffile.imwrite(path, samples)
    options = {(True, True): ["--full-scale", 1], (True, False): ["--guide-full-scale", 1]}.get(
        (task == "msf", other), []
    )
    line = refused(3, *partner(task, path, other), *options, words=[path.name, "expected"])
    assert worst.removeprefix("all ") in line or "finite" in line


@pytest.mark.parametrize("task", PICTURES)
def test_signed_pictures(refused, partner, tmp_path, samples_of, task):
    tifffile.imwrite(tmp_path / "signed.tif", samples_of(24, 32, dtype="int16"))
    refused(3, *partner(task, tmp_path / "signed.tif"), words=["signed.tif", "16-bit INT", "convert"])


def test_signed_bands(run, refused, partner, tmp_path, samples_of):
    samples = samples_of(12, 16, 4, dtype="int16")
    np.save(tmp_path / "signed.npy", samples)
    command = partner("msf", tmp_path / "signed.npy", other=True)
    assert run(*command).code == 0
    assert np.load(tmp_path / "fused.npy").dtype == np.int16
    samples[2, 3, 1] = -1
    np.save(tmp_path / "signed.npy", samples)
    refused(3, *command, "--overwrite", words=["signed.npy", "found -1 to"])


@pytest.mark.parametrize("task", PICTURES)
def test_sixteen_bits(fuse, task):
    eight = fused_of(fuse(task)).pixels
    sixteen = fused_of(fuse(task, change=lambda image: np.rint(65535 * image).astype("uint16"))).pixels
    assert sixteen.dtype == np.uint16
    np.testing.assert_allclose(sixteen / 257, eight, atol=2.5)


@pytest.mark.parametrize("task", PICTURES)
def test_twelve_bits_in_sixteen(fuse, task):
    """With their full scale stated they fuse like 16 bits, and the result has it; without it there is a hint."""
    sixteen = fuse(task, change=lambda image: np.rint(65535 * image).astype("uint16"))
    reference = fused_of(sixteen).pixels
    options = "--full-scale", 4095
    stated = fuse(task, change=lambda image: np.rint(4095 * image).astype("uint16"), options=options)
    assert sixteen.warnings() == stated.warnings() == []
    twelve = fused_of(stated).pixels
    assert twelve.dtype == np.uint16
    assert twelve.max() <= 4095
    np.testing.assert_allclose(twelve / 4095, reference / 65535, atol=2e-3)
    unstated = fuse(task, change=lambda image: np.rint(4095 * image).astype("uint16"))
    assert unstated.code == 0
    assert all("of 65535" in line and "--full-scale" in line for line in unstated.warnings())
    assert len(unstated.warnings()) == (2 if task == "ivf" else 1)


def test_a_thermal_camera_of_fourteen_bits(run, tmp_path, scenes):
    infrared, visible = scenes["ivf"]
    outcomes = []
    for scale in (16383, 65535):
        write_picture(tmp_path / "infrared.png", np.rint(scale * infrared).astype("uint16"), overwrite=True)
        write_picture(tmp_path / "visible.jpg", np.rint(255 * visible).astype("uint8"), overwrite=True)
        for option in ("--full-scale", "--infrared-full-scale"):
            sources = tmp_path / "infrared.png", tmp_path / "visible.jpg"
            options = "-o", tmp_path / f"{scale}{option}.png", "--preset", "ivf-lite", option, scale
            outcomes.append(fused_of(run("fuse", "--task", "ivf", *sources, *options)).pixels)
    assert outcomes[0].dtype == np.uint8
    for outcome in outcomes[1:]:
        np.testing.assert_allclose(outcome.astype(int), outcomes[0], atol=1)


@pytest.mark.parametrize("task", PICTURES)
@pytest.mark.parametrize("scale", ["255", "65536", "4095.5", "nan"])
def test_full_scales_that_are_none(refused, partner, tmp_path, samples_of, task, scale):
    write_picture(tmp_path / "a.png", samples_of(24, 32, dtype="uint16"))
    refused(2, *partner(task, tmp_path / "a.png"), "--full-scale", scale, words=["--full-scale", "256 to 65535"])


@pytest.mark.parametrize("task", PICTURES)
def test_samples_above_the_full_scale(refused, partner, tmp_path, task):
    write_picture(tmp_path / "a.png", np.full((24, 32), 5000, "uint16"))
    words = ["a.png", "4095", "found 5000", "another"]
    refused(3, *partner(task, tmp_path / "a.png"), "--full-scale", 4095, words=words)


def test_eleven_bits_of_bands(run, partner, tmp_path, samples_of):
    np.save(tmp_path / "low.npy", samples_of(12, 16, 4, dtype="uint16") // 32)
    command = partner("msf", tmp_path / "low.npy", other=True)
    outcome = run(*command)
    assert [("of 65535" in line, "--full-scale" in line) for line in outcome.warnings()] == [(True, True)]
    assert run(*command, "--overwrite", "--full-scale", 2047).warnings() == []
    assert np.load(tmp_path / "fused.npy").max() <= 2047


def test_colour_where_infrared_is_due(run, partner, tmp_path, samples_of):
    write_picture(tmp_path / "palette.png", samples_of(24, 32, 3))
    outcome = run(*partner("ivf", tmp_path / "palette.png"))
    assert fused_of(outcome).pixels.shape == (24, 32, 3)
    (line,) = outcome.warnings()
    assert all(word in line for word in ("palette.png", "expected grey", "found colour"))


@pytest.mark.parametrize("task", PICTURES)
def test_alpha_is_carried(run, partner, tmp_path, samples_of, task):
    """Fused are the colours below it as they are; the result has it, but not that of an infrared picture."""
    pixels, alpha = samples_of(24, 32, 3), samples_of(24, 32, seed=2)
    write_picture(tmp_path / "opaque.png", pixels)
    write_picture(tmp_path / "alpha.png", pixels, alpha=alpha)
    opaque = fused_of(run(*partner(task, tmp_path / "opaque.png", True, "one")))
    outcome = run(*partner(task, tmp_path / "alpha.png", True, "two"))
    np.testing.assert_array_equal(fused_of(outcome).pixels, opaque.pixels)
    np.testing.assert_array_equal(fused_of(outcome).alpha, alpha)
    if task == "ivf":
        write_picture(tmp_path / "grey.png", pixels[..., 0], alpha=alpha)
        outcome = run(*partner(task, tmp_path / "grey.png", output="three"))
        assert fused_of(outcome).alpha is None
        assert "grey.png: its alpha is left out" in outcome.warnings()[0]


@pytest.mark.parametrize("task", PICTURES)
def test_alpha_that_the_output_cannot_hold(refused, partner, tmp_path, samples_of, task, monkeypatch):
    write_picture(tmp_path / "alpha.png", samples_of(24, 32, 3), alpha=samples_of(24, 32))
    monkeypatch.setattr(f"cscfuse_keras.tasks.{task}.{task.upper()}Fuser.fuse", lambda *_, **__: pytest.fail("fused"))
    refused(2, *partner(task, tmp_path / "alpha.png", True, "fused.jpg"), words=["fused.jpg", "alpha", "PNG or TIFF"])


def test_alpha_of_a_guide(run, partner, tmp_path, samples_of):
    outputs = []
    for name, alpha in (("opaque", None), ("alpha", samples_of(24, 32))):
        write_picture(tmp_path / f"{name}.png", samples_of(24, 32), alpha=alpha)
        outcome = run(*partner("msf", tmp_path / f"{name}.png", output=name))
        assert outcome.code == 0
        assert ["its alpha is left out" in line for line in outcome.warnings()] == [True] * (alpha is not None)
        outputs.append(np.load(tmp_path / f"{name}.npy").astype(int))
    np.testing.assert_allclose(*outputs, atol=1)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("bands", "words"), [(2, ("UNSPECIFIED", "1 channels")), (5, ("5 bands", "found 5"))])
def test_other_numbers_of_channels(refused, partner, tmp_path, samples_of, task, bands, words):
    path = tmp_path / "bands.tif"
    settings = {"photometric": "minisblack", "planarconfig": "contig"}
    tifffile.imwrite(path, samples_of(24, 32, bands), extrasamples=["unspecified"] * (bands - 1), **settings)
    refused(3, *partner(task, path), words=["bands.tif", words[task == "msf"]])


def test_a_wrong_number_of_bands(refused, partner, tmp_path, samples_of):
    np.save(tmp_path / "bands.npy", samples_of(12, 16, 5))
    words = ["bands.npy", "expected 4 bands", "found 5", "choose a preset"]
    refused(3, *partner("msf", tmp_path / "bands.npy", other=True), words=words)


@pytest.mark.parametrize("task", PICTURES)
@pytest.mark.parametrize(
    ("kind", "suffix", "colour"),
    [("1", "png", False), ("1", "tif", False), ("P", "png", True), ("P", "bmp", True), ("CMYK", "jpg", True),
     ("CMYK", "tif", True), ("LA", "png", False)],
)  # fmt: skip
def test_palettes_single_bits_and_inks(run, partner, tmp_path, samples_of, task, kind, suffix, colour):
    smooth = cv2.resize(samples_of(3, 4, 3), (32, 24), interpolation=cv2.INTER_CUBIC)
    Image.fromarray(smooth).convert(kind).save(tmp_path / f"picture.{suffix}")
    outcome = run(*partner(task, tmp_path / f"picture.{suffix}", True))
    fused = fused_of(outcome).pixels
    # The partner of an exposure is in colour, so then the result is.
    assert (fused.ndim == 3) == (colour or task == "mef")


@pytest.mark.parametrize("task", PICTURES)
@pytest.mark.parametrize("levels", [(0, 0), (255, 255), (0, 255), (128, 64)])
def test_constant_pictures(fuse, task, levels):
    images = [np.full((24, 32), level, "uint8") for level in levels]
    fused = fused_of(fuse(task, images=images, change=lambda image: image)).pixels
    assert np.ptp(fused) <= 1
    if task == "mef":
        assert min(levels) - 1 <= fused.min() <= max(levels) + 1


def test_constant_bands(run, partner, tmp_path):
    write_picture(tmp_path / "guide.png", np.zeros((24, 32), "uint8"))
    assert run(*partner("msf", tmp_path / "guide.png")).code == 0
    assert np.isfinite(np.load(tmp_path / "fused.npy")).all()


@pytest.mark.parametrize("task", PICTURES)
def test_identical_sources(run, tmp_path, scenes, task):
    path = tmp_path / "a.png"
    write_picture(path, np.rint(255 * scenes[task][1]).astype("uint8"))
    outcome = run("fuse", "--task", task, path, path, "-o", tmp_path / "fused.png", "--preset", f"{task}-lite")
    assert np.corrcoef(fused_of(outcome).pixels.ravel(), read_picture(path).pixels.ravel())[0, 1] > 0.8
    assert ["hold the same picture" in line for line in outcome.warnings()] == [True] * (task == "mef")


def test_a_saturated_bracket(fuse):
    images = np.clip(exposure_bracket(2, 64, 64) + np.array([1.0, 2.0])[:, None, None, None], 0, 1)
    assert fused_of(fuse("mef", images=images)).pixels.min() >= 250


def test_one_exposure(refused, tmp_path, samples_of):
    write_picture(tmp_path / "scene" / "a.png", samples_of(24, 32))
    options = "-o", tmp_path / "fused.png"
    refused(2, "fuse", "--task", "mef", tmp_path / "scene" / "a.png", *options, words=["a.png", "at least two"])
    refused(3, "fuse", "--task", "mef", tmp_path / "scene", *options, words=["scene", "two or more", "found 1"])


def test_duplicates_among_exposures_are_told(run, tmp_path, scenes):
    for name, image in zip("abc", [*scenes["mef"], scenes["mef"][0]], strict=True):
        write_picture(tmp_path / "scene" / f"{name}.png", np.rint(255 * image).astype("uint8"))
    outcome = run("fuse", "--task", "mef", tmp_path / "scene", "-o", tmp_path / "fused.png", "--preset", "mef-lite")
    assert outcome.code == 0
    (line,) = outcome.warnings()
    assert all(word in line for word in ("a.png", "c.png", "leave one out"))


def test_depths_may_differ_in_a_pair_but_not_in_a_bracket(run, refused, partner, tmp_path, samples_of):
    write_picture(tmp_path / "deep.png", samples_of(24, 32, dtype="uint16"))
    assert fused_of(run(*partner("ivf", tmp_path / "deep.png", output="one"))).pixels.dtype == np.uint8
    assert fused_of(run(*partner("ivf", tmp_path / "deep.png", True, "two"))).pixels.dtype == np.uint16
    words = ["deep.png", "fellow.png", "one depth", "uint16", "uint8"]
    refused(3, *partner("mef", tmp_path / "deep.png", output="three"), words=words)


@pytest.mark.parametrize("task", PICTURES)
@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_orientations_that_differ(run, partner, tmp_path, task, suffix):
    """A picture that is stored turned fuses as it is looked at."""
    smooth = cv2.resize(np.random.default_rng(0).integers(0, 256, (3, 4, 3), "uint8"), (32, 24))
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(np.rot90(smooth)).save(tmp_path / f"turned.{suffix}", exif=exif, quality=100, subsampling=0)
    Image.fromarray(smooth).save(tmp_path / f"upright.{suffix}", quality=100, subsampling=0)
    turned, upright = (
        fused_of(run(*partner(task, tmp_path / f"{name}.{suffix}", True, name))).pixels
        for name in ("turned", "upright")
    )
    assert turned.shape == (24, 32, 3)
    assert np.abs(turned.astype(int) - upright).mean() < 3


def test_orientation_of_a_guide(run, partner, tmp_path, samples_of):
    samples = samples_of(24, 32)
    tifffile.imwrite(tmp_path / "turned.tif", np.rot90(samples), extratags=[(274, 3, 1, 6, True)])
    tifffile.imwrite(tmp_path / "upright.tif", samples)
    for name in ("turned", "upright"):
        assert run(*partner("msf", tmp_path / f"{name}.tif", output=name)).code == 0
    np.testing.assert_allclose(
        *(np.load(tmp_path / f"{name}.npy").astype(int) for name in ("turned", "upright")), atol=1
    )
