"""A scene degraded by Wald's protocol: what is fused, and the truth."""

import dataclasses

import numpy as np

from cscfuse_keras.errors import InputError
from pipelines.spectral_sources import SpectralScene
from pipelines.wald import Method, Wald


@dataclasses.dataclass(frozen=True, eq=False)
class Triple:
    """What one scene teaches, as stored numbers of a stated full scale.

    Attributes:
        low_resolution: array (height / scale, width / scale, bands).
        guide: array (height, width, channels).
        truth: array (height, width, bands).
        bands_full_scale: value of the bands that means 1.0.
        guide_full_scale: value of the guide that means 1.0.
    """

    low_resolution: np.ndarray
    guide: np.ndarray
    truth: np.ndarray
    bands_full_scale: float
    guide_full_scale: float

    def cut(self, top: int, left: int, size: int) -> "Triple":
        """A square of the truth's grid."""
        scale = self.truth.shape[0] // self.low_resolution.shape[0]
        return dataclasses.replace(
            self,
            low_resolution=_square(self.low_resolution, top // scale, left // scale, size // scale),
            guide=_square(self.guide, top, left, size),
            truth=_square(self.truth, top, left, size),
        )

    def in_unit_range(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """`(low_resolution, guide, truth)` as float32 in [0, 1]."""
        return (
            _unit(self.low_resolution, self.bands_full_scale),
            _unit(self.guide, self.guide_full_scale),
            _unit(self.truth, self.bands_full_scale),
        )


def _unit(image, full_scale):
    return image.astype(np.float32) / np.float32(full_scale)


def _square(image, top, left, size):
    return image[top : top + size, left : left + size]


def degraded(scene: SpectralScene, scale: int, method: Method = "mtf", turns: int = 0) -> Triple:
    """A scene made into something to learn from.

    Where the guide has the size of the bands, only the bands are degraded, and they are the truth. Where it is
    `scale` times larger, so that no truth exists at its resolution, both are degraded (Wald's protocol).

    Args:
        scene: bands and guide; borders that do not fill a low-resolution pixel are cut off.
        scale: of the degradation.
        method: see `pipelines.wald.Wald`, whose gains are those of the scene's sensor.
        turns: quarter turns before the degradation, which may tell corners apart.

    Raises:
        InputError: the guide has neither size, or the sensor has another number of bands.
    """
    bands, guide = np.rot90(scene.bands, turns), np.rot90(scene.guide, turns)
    ratio = guide.shape[0] // bands.shape[0]
    if guide.shape[:2] != (ratio * bands.shape[0], ratio * bands.shape[1]) or ratio not in (1, scale):
        raise InputError(
            f"{scene.name}: expected a guide of the size of the bands or {scale} times larger, found "
            f"{guide.shape[1]} x {guide.shape[0]} and {bands.shape[1]} x {bands.shape[0]}; set the scale of the network"
        )
    height, width = (side // scale * scale for side in bands.shape[:2])
    bands, guide = bands[:height, :width], guide[: ratio * height, : ratio * width]
    wald = Wald(scale, method, scene.sensor)
    try:
        low_resolution = wald.degrade_bands(bands)
    except InputError as problem:
        raise InputError(f"{scene.name}: {problem}") from None
    return Triple(
        low_resolution,
        guide if ratio == 1 else wald.degrade_guide(guide),
        bands,
        scene.bands_full_scale,
        scene.guide_full_scale,
    )
