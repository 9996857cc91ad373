"""`cscfuse patches`: training patches in one HDF5 file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from cscfuse_keras.cli.task_options import Options, given_options, task_options
from cscfuse_keras.io.locks import locked
from cscfuse_keras.io.outputs import check_absent

CROPS: Options = {
    "copies": click.option("--copies", type=click.IntRange(1), help="ivf, mef: patches a picture or scene. [10]"),
    "seed": click.option("--seed", type=int, help="ivf, mef: of the random crops. [0]"),
}
NUMBERS = "one for all --data, or one each, in their order (give the option several times)"
OWN_OPTIONS: dict[str, Options] = {
    "ivf": {
        **CROPS,
        "pairs": click.option(
            "--pairs", is_flag=True, default=None, help="ivf: crops of pairs, for `train --variant pyramid`."
        ),
    },
    "mef": {
        "exposures": click.option("--exposures", type=click.IntRange(2), help="mef: exposures a stack. [4]"),
    },
    "msf": {
        "scale": click.option("--scale", type=click.IntRange(2), help="msf: ratio of the resolutions. [2]"),
        "stride": click.option("--stride", type=click.IntRange(1), help="msf: distance of patches, in pixels. [25]"),
        "degradation": click.option(
            "--degradation",
            type=click.Choice(["mtf", "nearest"]),
            help="msf: low-pass matched to the sensor, or every SCALE-th pixel as it is. [mtf]",
        ),
        "sensor": click.option("--sensor", multiple=True, help=f"msf: whose gains mtf takes; {NUMBERS}. [generic]"),
        "bands_name": click.option("--bands-name", help="msf: array of .mat files with the bands. [I_MS]"),
        "guide_name": click.option("--guide-name", help="msf: array of .mat files with the guide. [I_PAN]"),
        "bands_full_scale": click.option(
            "--bands-full-scale",
            type=float,
            multiple=True,
            help=f"msf: value of the bands that means 1.0; {NUMBERS}. [that of the integers]",
        ),
        "guide_full_scale": click.option(
            "--guide-full-scale", type=float, multiple=True, help="msf: the same of the guide."
        ),
    },
}
OPTIONS = {**OWN_OPTIONS, "mef": {**CROPS, **OWN_OPTIONS["mef"]}}


@click.command()
@click.option(
    "--task",
    type=click.Choice(list(OPTIONS)),
    required=True,
    help="ivf: crops of single pictures, or of pairs. mef: stacks of exposures. msf: aligned patches of both images.",
)
@click.option(
    "--data",
    "sources",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of pictures (may be given several times). mef: folder of scenes, each a folder of exposures. msf: "
    "folder of scenes, or a .mat file.",
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="HDF5 file to write.")
@click.option("--size", type=click.IntRange(8), help="Side of the patches, in pixels. [128; msf: 64]")
@task_options(OWN_OPTIONS)
@click.option("--overwrite", is_flag=True, help="Replace the output if it exists.")
def patches(task, sources, output, size, overwrite, **values) -> None:
    """Cut patches once, to train with `cscfuse train --data FILE`, also where TensorFlow is not installed.

    A writing of msf that was stopped goes on where it stopped when the command is given again.
    """
    given = given_options(OPTIONS, task, {name: value for name, value in values.items() if value != ()})
    check_absent(output, overwrite)
    if size:
        given["size"] = size
    with locked(output.parent, output.name), Progress(console=Console(stderr=True), transient=True) as bar:
        work = bar.add_task("cutting patches", total=None)
        summary = _WRITERS[task](
            sources, output, given, lambda done, total: bar.update(work, completed=done, total=total)
        )
    click.echo(f"{output}: {summary}")


def _write_ivf(sources, output, given, tell) -> str:
    if given.pop("pairs", False):
        return _write_pairs(sources, output, given, tell)
    from pipelines.ivf import write_crops
    from pipelines.sources import find_pictures

    pictures = find_pictures(sources)
    write_crops(pictures, output, progress=lambda done: tell(done, len(pictures)), **given)
    return f"{len(pictures)} pictures x {given.get('copies', 10)} patches"


def _write_pairs(sources, output, given, tell) -> str:
    from pipelines.pairs import find_pairs, write_pairs

    pairs = find_pairs(sources)
    write_pairs(pairs, output, progress=lambda done: tell(done, len(pairs)), **given)
    return f"{len(pairs)} pairs x {given.get('copies', 10)} patches"


def _write_mef(sources, output, given, tell) -> str:
    from pipelines.mef import write_stacks
    from pipelines.scenes import find_scenes

    scenes = find_scenes(sources)
    if "exposures" in given:
        given["count"] = given.pop("exposures")
    write_stacks(scenes, output, progress=lambda done: tell(done, len(scenes)), **given)
    return f"{len(scenes)} scenes x {given.get('copies', 10)} patches"


def _write_msf(sources, output, given, tell) -> str:
    from pipelines.spectral_patch_file import SpectralPatchFile, write_spectral_patches
    from pipelines.spectral_sources import find_scene_files

    kinds = ("sensor", "bands_name", "guide_name", "bands_full_scale", "guide_full_scale")
    found = find_scene_files(sources, **{name: given.pop(name) for name in kinds if name in given})
    scenes = [files for group in found for files in group]
    if "degradation" in given:
        given["method"] = given.pop("degradation")
    write_spectral_patches(scenes, output, progress=lambda done: tell(done, len(scenes)), **given)
    return f"{len(scenes)} scenes, {len(SpectralPatchFile(output))} patches"


_WRITERS: dict[str, Callable[[Any, Path, dict[str, Any], Callable[[int, int], None]], str]] = {
    "ivf": _write_ivf,
    "mef": _write_mef,
    "msf": _write_msf,
}
