"""Scenes of many bands in a benchmark, degraded by Wald's protocol, so that the truth is known."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from cscfuse_keras.benchmark.methods import FolderMethod, OtherMethod, PresetMethod
from cscfuse_keras.errors import InputError
from cscfuse_keras.io import to_depth
from cscfuse_keras.io.cube_files import CUBE_SUFFIXES, write_cube
from cscfuse_keras.io.cubes import read_cube
from cscfuse_keras.metrics import Metric
from cscfuse_keras.report.cube_pictures import absolute_error, display_range, error_map, error_scale, rendering
from cscfuse_keras.tasks import msf_scores
from cscfuse_keras.tasks.msf_scales import unit_cube
from cscfuse_keras.tasks.msf_scores import Scene
from pipelines.spectral_sources import read_spectral_scene
from pipelines.spectral_triples import degraded
from pipelines.wald import Method, Wald, find_sensor


class Degraded(NamedTuple):
    """A scene as it is judged, float32 (height, width, channels) in [0, 1]."""

    low_resolution: np.ndarray
    guide: np.ndarray
    truth: np.ndarray


@dataclasses.dataclass(frozen=True)
class MSFBenchmark:
    """Scenes of a folder or of a `.mat` file; see `cscfuse_keras.benchmark.task.BenchmarkTask`.

    Attributes:
        degradation: that scenes are made smaller by.
    """

    items: Sequence[Scene]
    degradation: Wald
    left_over: Sequence[tuple[Path, str]] = ()
    suffix: ClassVar[str] = ".npy"
    error: ClassVar[str] = (
        "Error maps: absolute difference to the truth, mean over the bands, full scale 1. Of an item, all on one scale."
    )

    @classmethod
    def of(
        cls,
        source: Path,
        scale: int = 2,
        method: Method = "mtf",
        sensor: str = "generic",
        bands_full_scale: float | None = None,
        guide_full_scale: float | None = None,
    ) -> Self:
        """The scenes of a folder or of a `.mat` file.

        Args:
            source: see `cscfuse_keras.tasks.msf_scores.plan`.
            scale: of the fusion.
            method: of the degradation.
            sensor: see `pipelines.wald.SENSORS`.
            bands_full_scale: value of the bands that means 1.0; None for that of their integers.
            guide_full_scale: the same of the guide.

        Raises:
            InputError: there is no scene.
            UsageError: there is no such sensor.
        """
        scenes = msf_scores.plan(source, sensor, bands_full_scale, guide_full_scale)
        return cls(scenes, Wald(scale, method, find_sensor(sensor)))

    @property
    def settings(self) -> Mapping[str, Any]:
        """The degradation, and what sample values mean."""
        files = self.items[0].files
        return {
            "degradation": dataclasses.asdict(self.degradation),
            "full scales": [files.bands_full_scale, files.guide_full_scale],
        }

    def files(self, item: Scene) -> list[Path]:
        """All visible files of the scene."""
        path = item.files.path
        return [path] if path.is_file() else sorted(each for each in path.glob("[!.]*") if each.is_file())

    def read(self, item: Scene) -> tuple[np.ndarray, np.ndarray]:
        """The degraded bands, and the guide."""
        return self.judged(item)[:2]

    def fuser(self, method: PresetMethod | OtherMethod) -> Callable[..., np.ndarray]:
        """The method; those of others know the degradation."""
        return (method.load() if isinstance(method, PresetMethod) else method.load(self.degradation)).fuse

    def write(self, path: str, fused: np.ndarray) -> None:
        """Keep a result with 16 bits."""
        write_cube(path, to_depth(fused, "uint16"))

    def found(self, method: FolderMethod, item: Scene) -> Path | None:
        """The file of the scene's name, of a suffix that `cscfuse fuse` writes."""
        paths = (method.folder / f"{item.name}{suffix}" for suffix in CUBE_SUFFIXES)
        return next((path for path in paths if path.is_file()), None)

    def judged(self, item: Scene) -> Degraded:
        """The degraded scene and its truth."""
        stored = read_spectral_scene(item.files)
        return Degraded(*degraded(stored, self.degradation.scale, self.degradation.method).in_unit_range())

    def score(self, sources: Degraded, path: Path, metrics: Sequence[Metric]) -> dict[str, float]:
        """Values of the result, beside the truth."""
        fused = _read(path, sources.truth)
        return {row.name: row.function(fused, (sources.truth, sources.low_resolution)) for row in metrics}

    def pictures(self, sources: Degraded, results: Mapping[str, Path]) -> dict[str, np.ndarray]:
        """Renderings with the truth's black and white: results, truth, what was fused; error maps."""
        shown, scale = display_range(sources.truth), self.degradation.scale
        cubes = {method: _read(path, sources.truth) for method, path in results.items()}
        pictures = {method: rendering(cube, shown) for method, cube in cubes.items()}
        pictures["truth"] = rendering(sources.truth, shown)
        pictures["low resolution"] = (
            rendering(sources.low_resolution, shown).repeat(scale, axis=0).repeat(scale, axis=1)
        )
        pictures["guide"] = rendering(sources.guide, display_range(sources.guide))
        errors = {method: absolute_error(cube, sources.truth) for method, cube in cubes.items()}
        largest = error_scale(*errors.values())
        for method, error in errors.items():
            pictures[f"error of {method}, 0 to {largest:g}"] = error_map(error, largest)
        return pictures


def _read(path, truth):
    """A result as float32 in [0, 1]; one of floating point is in that range already."""
    cube = read_cube(path)
    if cube.samples.shape != truth.shape:
        raise InputError(f"{path}: expected the shape of the truth, {truth.shape}, found {cube.samples.shape}")
    return unit_cube(cube.samples, cube.full_scale or 1.0)
