"""Exposures of scenes in a benchmark."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from cscfuse_keras.benchmark import grey_errors
from cscfuse_keras.benchmark.methods import FolderMethod, OtherMethod, PresetMethod
from cscfuse_keras.benchmark.picture_files import picture_named, read_fused, write_fused
from cscfuse_keras.metrics import Metric, evaluate_mef
from cscfuse_keras.metrics.rgb_to_grey import eight_bit_grey
from cscfuse_keras.tasks import mef_scores
from cscfuse_keras.tasks.mef_scores import Scene, eight_bit, shown_exposures


@dataclasses.dataclass(frozen=True)
class MEFBenchmark:
    """Scenes of a folder; see `cscfuse_keras.benchmark.task.BenchmarkTask`.

    Attributes:
        full_scale: of pictures of 16 bits, see `cscfuse_keras.tasks.mef_scores.Scene`.
    """

    items: Sequence[Scene]
    left_over: Sequence[tuple[Path, str]] = ()
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    full_scale: float | None = None
    suffix: ClassVar[str] = ".png"
    error: ClassVar[str] = grey_errors.MEANING

    @classmethod
    def of(cls, folder: Path, output: Path, full_scale: float | None = None) -> Self:
        """The scenes of a folder, each a folder of exposures; the output is none of them.

        Raises:
            InputError: there is no scene.
        """
        settings = {} if full_scale is None else {"full scales": [full_scale]}
        return cls(*mef_scores.plan(folder, output, full_scale=full_scale), settings, full_scale)

    def files(self, item: Scene) -> list[Path]:
        """The exposures."""
        return list(item.exposures)

    def read(self, item: Scene) -> tuple[list[np.ndarray], float]:
        """The exposures as stored, and their value of white."""
        return item.read()

    def fuser(self, method: PresetMethod | OtherMethod) -> Callable[..., np.ndarray]:
        """The method; all take exposures and their value of white."""
        return method.load().fuse

    def write(self, path: str, fused: np.ndarray) -> None:
        """Keep a result as PNG with 8 bits."""
        write_fused(path, fused)

    def found(self, method: FolderMethod, item: Scene) -> Path | None:
        """The picture named after the scene."""
        return picture_named(method.folder, item.name)

    def judged(self, item: Scene) -> list[np.ndarray]:
        """The exposures with 8 bits."""
        exposures, full_scale = self.read(item)
        return [eight_bit(exposure, full_scale) for exposure in exposures]

    def score(self, sources: list[np.ndarray], path: Path, metrics: Sequence[Metric]) -> dict[str, float]:
        """Values of the result."""
        return evaluate_mef(read_fused(path, sources[0].shape, self.full_scale), sources, metrics)

    def pictures(self, sources: list[np.ndarray], results: Mapping[str, Path]) -> dict[str, np.ndarray]:
        """Results, three of the exposures, error maps."""
        size = sources[0].shape
        fused = {method: read_fused(path, size, self.full_scale) for method, path in results.items()}
        grey = {method: eight_bit_grey(picture, method) for method, picture in fused.items()}
        errors = grey_errors.error_pictures(grey, [eight_bit_grey(source, "exposure") for source in sources])
        return {**fused, **shown_exposures(sources), **errors}
