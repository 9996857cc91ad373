import dataclasses
import importlib.util

import numpy as np
import pytest

from cscfuse_keras.deployment.folding import Convolution
from cscfuse_keras.errors import EnvironmentProblem, UsageError
from cscfuse_keras.runtimes import engines
from cscfuse_keras.runtimes.engines import engine_for

pytestmark = pytest.mark.backend


@dataclasses.dataclass
class Shift:
    """The sample to the left (reflected), and all channels' sum."""

    channels: tuple[int] = (3,)
    smallest: int = 2

    def __call__(self, operations, image):
        shift, total = np.zeros((3, 3, 3, 3), "float32"), np.ones((1, 1, 3, 1), "float32")
        shift[1, 0] = np.eye(3)
        return [operations.convolve(image, Convolution(shift)), operations.convolve(image, Convolution(total))]


class ResizedProduct:
    """An image times another that matrices resize: inputs that must not be confused."""

    channels = (2, 2, None, None)
    smallest = 3

    def __call__(self, operations, image, other, rows, columns):
        return [image * operations.resize(other, rows, columns)]


@pytest.mark.parametrize("size", [(4, 5), (1, 5), (4, 1), (30, 40)])
def test_results_in_order_for_every_size_and_again(size, engine, random_images):
    image = random_images(*size, 3)
    compute = engine.compile(Shift())
    expected = np.concatenate([image[:, 1:2] if size[1] > 1 else image[:, :1], image[:, :-1]], axis=1)
    for _ in range(7):
        shifted, total = compute(image)
        np.testing.assert_allclose(shifted, expected, atol=1e-6)
        np.testing.assert_allclose(total[..., 0], image.sum(axis=-1), rtol=1e-5)


@pytest.mark.parametrize("size", [(6, 7), (2, 7), (20, 30)])
def test_several_inputs(size, engine, random_images):
    height, width = size
    image, other = random_images(height, width, 2), random_images(3, 4, 2, seed=1)
    rows, columns = random_images(height, 3, seed=2), random_images(width, 4, seed=3)
    compute = engine.compile(ResizedProduct())
    expected = image * np.einsum("yr,rcv,xc->yxv", rows, other, columns)
    for _ in range(6):
        np.testing.assert_allclose(compute(image, other, rows, columns)[0], expected, rtol=1e-5)


def test_results_stay_when_more_images_come(engine, random_images):
    compute = engine.compile(Shift())
    first, kept = compute(random_images(6, 7, 3)), compute(random_images(6, 7, 3))
    compute(random_images(6, 7, 3, seed=1))
    np.testing.assert_array_equal(first[0], kept[0])


def test_many_sizes(engine, random_images):
    compute = engine.compile(Shift())
    for _ in range(2):
        for side in range(3, 40):
            assert compute(random_images(side, side + 1, 3))[1].shape == (side, side + 1, 1)


def test_automatic_choice_is_the_fastest_that_is_installed(monkeypatch):
    assert engine_for().description.startswith("openvino")
    monkeypatch.setattr(engines, "_installed", lambda name: name == "keras")
    assert engine_for().description.startswith("keras")
    with pytest.raises(EnvironmentProblem, match="pip install openvino"):
        engine_for("openvino")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("abacus",), "abacus"),
        (("openvino", None, "float8"), "float8"),
        (("keras", None, "bfloat16"), "choose openvino"),
        (("openvino", 0), "at least 1"),
    ],
)
def test_wrong_settings(arguments, message):
    with pytest.raises(UsageError, match=message):
        engine_for(*arguments)


def test_threads_and_precision_are_told():
    assert engine_for("openvino", 1, "bfloat16").description.endswith("bfloat16, 1 threads")
    assert engine_for("litert", 1).description.endswith("1 threads")


def test_bfloat16_is_near_float32(random_images):
    image = random_images(20, 24, 3)
    exact, coarse = (engine_for("openvino", None, name).compile(Shift())(image)[1] for name in engines.PRECISIONS)
    np.testing.assert_allclose(coarse, exact, rtol=0.02)
    assert (coarse != exact).any()


def test_packages_are_named_right():
    assert all(importlib.util.find_spec(package) for package in engines._MODULES.values())
