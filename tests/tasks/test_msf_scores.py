import numpy as np
import pytest
import scipy.io

from cscfuse_keras.baselines.interpolation import InterpolationFuser
from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics import evaluate_msf, evaluate_msf_inputs
from cscfuse_keras.tasks.msf_scores import baselines, judge_as_it_is, judge_degraded, plan
from pipelines.wald import Wald

BESIDE = ["bilinear", "bicubic", "GSA", "MTF-GLP"]


@pytest.fixture
def images():
    """Bands of 11 bits and a guide of twice their size."""
    random = np.random.default_rng(0)
    return random.integers(200, 2048, (32, 40, 4), "uint16"), random.integers(200, 2048, (64, 80), "uint16")


@pytest.fixture
def scene(tmp_path, images):
    scipy.io.savemat(tmp_path / "city.mat", dict(zip(("I_MS", "I_PAN"), images, strict=True)))
    (scene,) = plan(tmp_path / "city.mat", "ikonos", 2047, 2047)
    return scene


class Repeated:
    """A method to judge: every pixel again and again."""

    def fuse(self, low_resolution, guide):
        return np.kron(low_resolution, np.ones((2, 2, 1), "float32"))


def test_scenes_are_named_by_their_place(tmp_path, scene):
    assert scene.name == "city.mat"
    (tmp_path / "more" / "field").mkdir(parents=True)
    np.save(tmp_path / "more" / "field" / "bands.npy", np.zeros(1))
    assert [found.name for found in plan(tmp_path)] == ["city.mat", "more/field"]
    assert [found.name for found in plan(tmp_path / "more" / "field")] == ["field"]


@pytest.mark.parametrize("method", ["mtf", "nearest"])
def test_degraded_images_are_fused_and_the_bands_are_the_truth(scene, images, method):
    scores, pictures = judge_degraded(scene, "mine", Repeated(), 2, method)
    truth = np.float32(images[0] / 2047)
    low = Wald(2, method, scene.files.sensor).degrade_bands(images[0]) / np.float32(2047)
    assert list(scores) == ["mine", *BESIDE]
    assert scores["mine"] == pytest.approx(evaluate_msf(Repeated().fuse(low, None), truth, low), rel=1e-4)
    assert list(pictures)[:5] == ["fused", "truth", "low resolution", "guide", "bilinear"]
    maps = [title for title in pictures if title.startswith("error of ")]
    assert [title.split(" of ")[1].split(",")[0] for title in maps] == ["fused", *BESIDE]
    assert len({title.split(", ")[1] for title in maps}) == 1
    assert {picture.shape for picture in pictures.values()} == {(32, 40, 3)}
    np.testing.assert_array_equal(pictures["fused"], pictures["low resolution"])


def test_as_it_is_there_is_no_truth(scene, images):
    scores, pictures = judge_as_it_is(scene, "mine", Repeated(), 2, "mtf")
    low, guide = np.float32(images[0] / 2047), np.float32(images[1][..., np.newaxis] / 2047)
    wald = Wald(2, "mtf", scene.files.sensor)
    expected = evaluate_msf_inputs(InterpolationFuser(wald).fuse(low, guide), low, guide, wald.degrade_guide(guide))
    assert scores["bicubic"] == pytest.approx(expected)
    assert "truth" not in pictures
    assert pictures["fused"].shape == (64, 80, 3)
    with pytest.raises(InputError, match=r"city\.mat: expected a guide 4 times .* reduced resolution"):
        judge_as_it_is(scene, "mine", Repeated(), 4, "mtf")


def test_baselines_say_what_they_are():
    assert list(baselines(Wald(2))) == BESIDE


def test_a_problem_of_the_method_names_the_scene(scene):
    class Refusing:
        def fuse(self, low_resolution, guide):
            raise InputError("expected 31 bands")

    with pytest.raises(InputError, match=r"city\.mat: expected 31 bands"):
        judge_degraded(scene, "mine", Refusing(), 2, "mtf")
