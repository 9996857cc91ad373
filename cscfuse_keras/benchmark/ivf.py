"""Infrared-visible pairs in a benchmark."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from cscfuse_keras.benchmark import grey_errors
from cscfuse_keras.benchmark.methods import FolderMethod, OtherMethod, PresetMethod
from cscfuse_keras.benchmark.picture_files import picture_named, read_fused, write_fused
from cscfuse_keras.errors import InputError
from cscfuse_keras.io import to_depth, to_unit
from cscfuse_keras.io.pairs import pair_folders
from cscfuse_keras.metrics import Metric, evaluate_ivf
from cscfuse_keras.tasks import ivf_scores
from cscfuse_keras.tasks.colour import luma, with_luma
from cscfuse_keras.tasks.ivf_scores import Item, grey_of


class Pair(NamedTuple):
    """A pair as it is judged: luma and the pictures themselves, all uint8."""

    infrared: np.ndarray
    visible: np.ndarray
    infrared_picture: np.ndarray
    visible_picture: np.ndarray


@dataclasses.dataclass(frozen=True)
class IVFBenchmark:
    """Pairs of a folder; see `cscfuse_keras.benchmark.task.BenchmarkTask`.

    Attributes:
        full_scale: of visible and fused pictures of 16 bits, see `cscfuse_keras.tasks.ivf_scores.Item`.
    """

    items: Sequence[Item]
    left_over: Sequence[tuple[Path, str]] = ()
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    full_scale: float | None = None
    suffix: ClassVar[str] = ".png"
    error: ClassVar[str] = grey_errors.MEANING

    @classmethod
    def of(cls, folder: Path, full_scale: float | None = None, infrared_full_scale: float | None = None) -> Self:
        """The pairs of a folder that holds the folders infrared and visible, or ir and vis.

        Args:
            folder: holds both.
            full_scale: see `cscfuse_keras.tasks.ivf_scores.Item`.
            infrared_full_scale: likewise.

        Raises:
            InputError: there is no pair.
        """
        scales = full_scale, infrared_full_scale
        settings = {"full scales": scales} if any(scales) else {}
        return cls(*ivf_scores.plan(*pair_folders(folder), None, *scales), settings, full_scale)

    def files(self, item: Item) -> list[Path]:
        """Both pictures."""
        return [item.infrared, item.visible]

    def read(self, item: Item) -> tuple[np.ndarray, np.ndarray]:
        """Infrared and visible picture, float32 in [0, 1]."""
        infrared, visible = (to_unit(picture.pixels, picture.full_scale) for picture in item.pictures())
        if infrared.shape[:2] != visible.shape[:2]:
            sizes = " and ".join(f"{image.shape[1]} x {image.shape[0]}" for image in (infrared, visible))
            raise InputError(f"{item.name}: expected infrared and visible of one size, found {sizes}; register them")
        return infrared, visible

    def fuser(self, method: PresetMethod | OtherMethod) -> Callable[..., np.ndarray]:
        """The method; those of others see luma, and the result keeps the chroma of the visible picture as ours does."""
        fuse = method.load().fuse
        return fuse if isinstance(method, PresetMethod) else lambda *pair: _fused_luma(fuse, *pair)

    def write(self, path: str, fused: np.ndarray) -> None:
        """Keep a result as PNG with 8 bits."""
        write_fused(path, fused)

    def found(self, method: FolderMethod, item: Item) -> Path | None:
        """The picture of the pair's stem."""
        return picture_named(method.folder, item.name)

    def judged(self, item: Item) -> Pair:
        """The pair, with 8 bits."""
        pair = self.read(item)
        return Pair(*(to_depth(grey_of(image), "uint8") for image in pair), *(to_depth(x, "uint8") for x in pair))

    def score(self, sources: Pair, path: Path, metrics: Sequence[Metric]) -> dict[str, float]:
        """Values of the result's luma."""
        fused = _grey(read_fused(path, sources.visible.shape, self.full_scale))
        return evaluate_ivf(fused, sources.infrared, sources.visible, metrics)

    def pictures(self, sources: Pair, results: Mapping[str, Path]) -> dict[str, np.ndarray]:
        """Results, infrared, visible, error maps."""
        size = sources.visible.shape
        fused = {method: read_fused(path, size, self.full_scale) for method, path in results.items()}
        grey = {method: _grey(picture) for method, picture in fused.items()}
        errors = grey_errors.error_pictures(grey, (sources.infrared, sources.visible))
        return {**fused, "infrared": sources.infrared_picture, "visible": sources.visible_picture, **errors}


def _fused_luma(fuse, infrared, visible):
    fused = np.clip(fuse(grey_of(infrared), grey_of(visible)), 0, 1)
    return fused if visible.ndim == 2 else with_luma(visible, fused)


def _grey(picture):
    return picture if picture.ndim == 2 else to_depth(luma(to_unit(picture, 255)), "uint8")
