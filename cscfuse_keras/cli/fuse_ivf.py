"""What `cscfuse fuse` does for infrared-visible pairs."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import click

from cscfuse_keras.cli import align, full_scale, fuse_video
from cscfuse_keras.errors import UsageError
from cscfuse_keras.io.outputs import Identity, check_picture
from cscfuse_keras.runtimes.engines import Engine
from cscfuse_keras.tasks import ivf_files
from cscfuse_keras.tasks.jobs import Job

UNIT = "pairs"
RULES = click.Choice(["saliency", "l1_norm", "average", "sum"])
OPTIONS = {
    "rule_base": click.option(
        "--rule-base", type=RULES, help="ivf-paper: how base codes are merged. Default: the preset's."
    ),
    "rule_detail": click.option(
        "--rule-detail", type=RULES, help="ivf-paper: how detail codes are merged. Default: the preset's."
    ),
    "gain": click.option(
        "--gain",
        type=click.FloatRange(0, min_open=True),
        help="ivf: factor on the fused picture's contrast and sharpness. Default: the preset's.",
    ),
    "align": align.ALIGN,
    **align.PAIR_OPTIONS,
    "full_scale": full_scale.OPTION,
    "infrared_full_scale": full_scale.INFRARED,
    **fuse_video.OPTIONS,
}


def check_output(output: Path, inputs: Collection[Identity], overwrite: bool) -> None:
    """Refuse a picture or video that cannot be written, or may not be."""
    check = fuse_video.check_output if fuse_video.is_video(output) else check_picture
    check(output, inputs, overwrite)


def plan(sources: Sequence[Path], output: Path, given: dict[str, Any]) -> tuple[list[Job], list[tuple[Path, str]]]:
    """Pairs to fuse, and files left over with the reason."""
    if len(sources) != 2:
        raise UsageError(f"--task ivf: expected two sources, INFRARED and VISIBLE, found {len(sources)}")
    full_scale.check_bits(given)
    align.check_pair_options(given)
    jobs, left_over = ivf_files.plan(*sources, output)
    for job in jobs:
        fuse_video.check_options(job.output, given)
    return jobs, left_over


def load(
    preset: str, runtime: Engine, overwrite: bool, room: dict[str, Any], given: dict[str, Any]
) -> Callable[[Job], None]:
    """Load the preset, and give what fuses a pair with it."""
    from cscfuse_keras.tasks.ivf import IVFFuser

    rules = [f"--{option.replace('_', '-')}" for option in ("rule_base", "rule_detail") if option in given]
    if rules and preset == "ivf":
        raise UsageError(
            f"{rules[0]}: expected with a preset that merges codes by rules, found with the default, which learned its "
            "weights; add --preset ivf-paper"
        )
    names = {"base_rule": "rule_base", "detail_rule": "rule_detail", "gain": "gain"}
    stated = {name: given[option] for name, option in names.items() if option in given}
    fuser = IVFFuser(preset, runtime, **room, **stated)
    scales = given.get("full_scale"), given.get("infrared_full_scale")
    aligner = align.pair_aligner(given, overwrite)

    def fuse_file(job: Job) -> None:
        if fuse_video.is_video(job.output):
            fuse_video.fuse_file(fuser, job, given)
        else:
            ivf_files.fuse_file(fuser, job, overwrite, *scales, aligner)

    return fuse_file
