"""Whether a file computes what Keras does."""

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from cscfuse_keras.errors import ModelError
from cscfuse_keras.export.formats import LEAST_PSNR
from cscfuse_keras.export.scenes import Images

Runner: TypeAlias = Callable[[Images], np.ndarray]
"""From a graph's inputs to the fused image."""

LARGEST_DIFFERENCE = 1e-4
"""That a float file may have from Keras."""

LARGEST_DIFFERENCE_OF_RULES = 5e-4
"""The same of networks that merge codes by rules: a saliency level flips with the last digit."""


@dataclasses.dataclass(frozen=True, eq=False)
class Scene:
    """Inputs, and what Keras makes of them.

    Attributes:
        images: the inputs.
        expected: float32 (height, width, channels).
    """

    images: Images
    expected: np.ndarray


@dataclasses.dataclass(frozen=True)
class Difference:
    """Of a file's result from Keras', for one scene.

    Attributes:
        height: of the fused image.
        width: of the fused image.
        largest: largest absolute difference.
        mean: mean absolute difference.
        psnr: peak signal-to-noise ratio in decibels, for a peak of 1.
    """

    height: int
    width: int
    largest: float
    mean: float
    psnr: float


@dataclasses.dataclass(frozen=True)
class Threshold:
    """What a file must reach.

    Attributes:
        largest: difference of float files, None for quantised ones.
        psnr: decibels of quantised files, None for float ones.
    """

    largest: float | None = None
    psnr: float | None = None

    def met(self, difference: Difference) -> bool:
        """Whether it is reached; NaN is not."""
        if self.psnr is not None:
            return difference.psnr >= self.psnr
        return difference.largest <= self.largest

    def plain(self) -> dict[str, float]:
        """As plain data."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}

    def __str__(self) -> str:
        if self.psnr is not None:
            return f"at least {self.psnr:g} dB against Keras"
        return f"at most {self.largest:g} from Keras"


def threshold_for(network: str, quantization: str) -> Threshold:
    """What a file must reach.

    Args:
        network: name of the preset's network.
        quantization: `"none"` or a key of `LEAST_PSNR`.
    """
    if quantization != "none":
        return Threshold(psnr=LEAST_PSNR[quantization])
    return Threshold(LARGEST_DIFFERENCE_OF_RULES if network == "ivf" else LARGEST_DIFFERENCE)


def difference_of(run: Runner, scene: Scene) -> Difference:
    """Compare one result."""
    found = run(scene.images).reshape(scene.expected.shape)
    error = np.abs(found.astype(np.float64) - scene.expected)
    square = float(np.mean(error**2))
    height, width = scene.expected.shape[:2]
    psnr = -10 * math.log10(square) if square else math.inf
    return Difference(height, width, float(error.max()), float(error.mean()), psnr)


def check(name: str, run: Runner, scenes: Sequence[Scene], threshold: Threshold) -> list[Difference]:
    """Compare all results.

    Raises:
        ModelError: one misses the threshold.
    """
    differences = [difference_of(run, scene) for scene in scenes]
    for each in differences:
        if not threshold.met(each):
            found = f"{each.psnr:.1f} dB" if threshold.psnr is not None else f"{each.largest:.2g}"
            raise ModelError(
                f"{name}: expected {threshold}, found {found} at {each.width} x {each.height} pixels; nothing is "
                "exported; choose another --quantize or --format"
            )
    return differences
