"""What `cscfuse fuse` does for a low-resolution image of many bands and its guide."""

import functools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, track

from cscfuse_keras.cli import full_scale
from cscfuse_keras.errors import UsageError
from cscfuse_keras.io.atomic import replacing
from cscfuse_keras.io.outputs import check_absent, check_cube
from cscfuse_keras.runtimes.engines import Engine
from cscfuse_keras.tasks import msf_files
from cscfuse_keras.tasks.jobs import Job
from cscfuse_keras.tasks.msf_windows import FusedWindow, fuse_here

UNIT = "images"
check_output = check_cube
OPTIONS = {
    "full_scale": full_scale.OPTION,
    "guide_full_scale": click.option(
        "--guide-full-scale", type=click.FloatRange(0, min_open=True), help="msf: --full-scale of GUIDE."
    ),
    "adapt": click.option(
        "--adapt",
        is_flag=True,
        default=None,
        help="msf: train a network on the very images to fuse, for any number of bands and any whole ratio, instead of "
        "using a preset: degraded by their ratio, they are their own truth.",
    ),
    "adapt_minutes": click.option(
        "--adapt-minutes",
        type=click.FloatRange(0, min_open=True),
        help="msf: longest time --adapt may take, about. Default: 3.",
    ),
    "adapt_save": click.option(
        "--adapt-save",
        type=click.Path(path_type=Path),
        help="msf: .keras file to keep the network of --adapt in, a --preset for more images of its kind.",
    ),
    "degradation": click.option(
        "--degradation",
        type=click.Choice(["mtf", "nearest"]),
        help="msf: how --adapt degrades: low-pass matched to the sensor, or every pixel at the scale's distance as it "
        "is, for images that came about so. Default: mtf.",
    ),
    "sensor": click.option(
        "--sensor",
        help="msf: that took the images, such as ikonos, for --adapt. Default: its gain is estimated from them.",
    ),
}


def plan(sources: Sequence[Path], output: Path, given: dict[str, Any]) -> tuple[list[Job], list[tuple[Path, str]]]:
    """The image to fuse; nothing is left over."""
    if len(sources) != 2:
        raise UsageError(f"--task msf: expected two sources, LOWRES and GUIDE, found {len(sources)}; name these")
    return [msf_files.plan(*sources, output)], []


def load(
    preset: str, runtime: Engine, overwrite: bool, room: dict[str, Any], given: dict[str, Any]
) -> Callable[[Job], None]:
    """Load the preset, or prepare to adapt, and give what fuses an image; where its windows are fused is `spread`'s."""
    from cscfuse_keras.tasks.msf import MSFFuser

    scales = given.get("full_scale"), given.get("guide_full_scale")
    spread = given.get("spread", fuse_here)
    adapted = _adapting(preset, overwrite, given)
    fuser = None if adapted else MSFFuser(preset, runtime, **room)

    def fuse_file(job: Job) -> None:
        chosen = fuser or MSFFuser(adapted(job), runtime, **room)
        msf_files.fuse_file(chosen, job, *scales, _progress, spread)

    return fuse_file


def _progress(fused: Iterable[FusedWindow], count: int) -> Iterable[FusedWindow]:
    return track(fused, "fusing", count, **_shown())


def _adapting(preset: str, overwrite: bool, given: dict[str, Any]) -> Callable[[Job], Any] | None:
    """From a job to a model that is trained on its images; None without --adapt."""
    if "adapt" not in given:
        for name in ("adapt_minutes", "adapt_save", "degradation", "sensor"):
            if name in given:
                raise UsageError(f"--{name.replace('_', '-')}: expected with --adapt, found without it; add --adapt")
        return None
    if preset != "msf":
        raise UsageError("--adapt: expected no --preset, found both; a network is trained anew, leave one out")
    save = given.get("adapt_save")
    if save is not None:
        if save.suffix != ".keras":
            raise UsageError(f"--adapt-save: expected a name ending in .keras, found {save.name!r}; rename it")
        check_absent(save, overwrite)
    from cscfuse_keras.training.msf_adaptation import Adaptation
    from pipelines.wald import Wald, find_sensor

    minutes = {"minutes": given["adapt_minutes"]} if "adapt_minutes" in given else {}
    adaptation = Adaptation(**minutes, estimate_sensor="sensor" not in given)
    sensor, method = find_sensor(given.get("sensor", "generic")), given.get("degradation", "mtf")
    degradation = functools.partial(Wald, method=method, sensor=sensor)
    scales = given.get("full_scale"), given.get("guide_full_scale")

    def adapted(job: Job) -> Any:
        with Progress(**_shown()) as bar:
            task = bar.add_task("adapting", total=1)
            result = msf_files.adapt_file(
                job, degradation, adaptation, *scales, lambda share: bar.update(task, completed=share)
            )
        if save is not None:
            with replacing(save) as partial:
                result.model.save(partial)
        click.echo(str(result), err=True)
        return result.model

    return adapted


def _shown() -> dict[str, Any]:
    """Where progress is shown: on a terminal only, elsewhere it would leave an empty line."""
    console = Console(stderr=True)
    return {"console": console, "transient": True, "disable": not console.is_terminal}
