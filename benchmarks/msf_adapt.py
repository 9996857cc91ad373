"""Scores of `cscfuse fuse --task msf --adapt` beside interpolation, GSA and GLP.

    python benchmarks/msf_adapt.py ikonos.mat --sensor ikonos --full-scale 2047
    python benchmarks/msf_adapt.py geoeye1.mat --sensor geoeye-1 --full-scale 255

At reduced resolution, where the truth is known, bands and guide are degraded by their ratio and fused; the adaptation
sees these degraded images alone, and degrades them again. At full resolution they are fused as they are.
"""

import dataclasses
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click
import numpy as np

from cscfuse_keras.metrics import evaluate_msf, evaluate_msf_inputs
from cscfuse_keras.tasks.msf import MSFFuser
from cscfuse_keras.tasks.msf_adapt import adapt_pixels, all_valid, whole_ratio
from cscfuse_keras.tasks.msf_scales import unit_cube
from cscfuse_keras.tasks.msf_scores import Fuser, baselines
from cscfuse_keras.training.msf_adaptation import Adaptation
from pipelines.spectral_sources import find_scene_files, read_spectral_scene
from pipelines.wald import Wald


@dataclasses.dataclass(frozen=True)
class AdaptedFuser:
    """Trains a network on the images before it fuses them."""

    degradation: Wald
    adaptation: Adaptation
    name: str = "adapted"

    def fuse(self, low_resolution: np.ndarray, guide: np.ndarray) -> np.ndarray:
        """Fuse float32 images in [0, 1]."""
        size = low_resolution.shape[:2]
        adapted = adapt_pixels(low_resolution, guide, size, all_valid, self.degradation, self.adaptation)
        click.echo(str(adapted))
        return MSFFuser(adapted.model).fuse(low_resolution, guide)


@click.command()
@click.argument("scene", type=click.Path(path_type=Path, exists=True))
@click.option("--sensor", default="generic", show_default=True, help="Whose gains degrade the scene.")
@click.option("--estimate", is_flag=True, help="The adaptation is not told the gains.")
@click.option("--full-scale", type=float, help="Of bands and guide.")
@click.option("--minutes", default=3.0, show_default=True)
@click.option("--steps", default=3000, show_default=True)
@click.option("--save", type=click.Path(path_type=Path), help="Folder for the fused images, as .npy files.")
def main(
    scene: Path, sensor: str, estimate: bool, full_scale: float | None, minutes: float, steps: int, save: Path | None
) -> None:
    """Judge a scene: a .mat file, or a folder with bands.* and guide.*, the guide a whole number of times larger."""
    scales = () if full_scale is None else (full_scale,)
    ((files,),) = find_scene_files([scene], (sensor,), bands_full_scale=scales, guide_full_scale=scales)
    stored = read_spectral_scene(files)
    degradation = Wald(whole_ratio(stored.bands.shape, stored.guide.shape, str(scene)), sensor=stored.sensor)
    rows, columns = (side // degradation.scale * degradation.scale for side in stored.bands.shape[:2])
    bands = unit_cube(stored.bands[:rows, :columns], stored.bands_full_scale)
    guide = unit_cube(stored.guide[: degradation.scale * rows, : degradation.scale * columns], stored.guide_full_scale)
    low_bands = np.clip(degradation.degrade_bands(bands), 0, 1)
    low_guide = np.clip(degradation.degrade_guide(guide), 0, 1)
    adapted = AdaptedFuser(degradation, Adaptation(steps, minutes, estimate_sensor=estimate))
    judges = {
        "reduced": (low_bands, low_guide, lambda fused: evaluate_msf(fused, bands, low_bands)),
        "full": (bands, guide, lambda fused: evaluate_msf_inputs(fused, bands, guide, low_guide)),
    }
    for resolution, (low, sharp, judge) in judges.items():
        click.echo(f"{scene.stem}, {resolution} resolution, {low.shape[1]} x {low.shape[0]} pixels of low resolution")
        fusers: list[Fuser] = [*baselines(degradation).values(), adapted]
        for fuser in fusers:
            began = time.monotonic()
            fused = fuser.fuse(low, sharp)
            seconds = time.monotonic() - began
            values = "  ".join(f"{name} {value:.4f}" for name, value in judge(fused).items())
            click.echo(f"{fuser.name:9}  {values}  {seconds:.0f} s")
            if save:
                save.mkdir(parents=True, exist_ok=True)
                np.save(save / f"{scene.stem}-{resolution}-{fuser.name}.npy", fused)


if __name__ == "__main__":
    main()
