"""Options of commands that align their sources."""

from pathlib import Path
from typing import Any

import click

from cscfuse_keras.cli.errors import one_line
from cscfuse_keras.errors import UsageError
from cscfuse_keras.tasks.align_pair import PairAligner
from cscfuse_keras.tasks.register_pair import LARGEST_DISPLACEMENT

ALIGN = click.option(
    "--align",
    is_flag=True,
    default=None,
    help="ivf: bring the infrared picture onto the visible one (shift, turn, scale, shear), and crop to what both "
    "show; sizes may differ. mef: shift hand-held exposures back onto each other, and crop; turns are not undone.",
)
PAIR_OPTIONS = {
    "on_align_fail": click.option(
        "--on-align-fail",
        type=click.Choice(["error", "keep", "skip"]),
        help="ivf: a pair that cannot be aligned fails, is fused as it is, or is left out. Default: error.",
    ),
    "align_limit": click.option(
        "--align-limit",
        type=click.FloatRange(0, 0.2, min_open=True),
        help=f"ivf: the largest displacement to believe, as a share of the width. Default: {LARGEST_DISPLACEMENT}.",
    ),
    "align_report": click.option(
        "--align-report",
        type=click.Path(path_type=Path),
        help="ivf: folder that receives, for each pair, the infrared edges over the visible picture, before and after.",
    ),
}


def check_pair_options(given: dict[str, Any]) -> None:
    """Refuse options of an alignment that was not asked for.

    Raises:
        UsageError: one was given without `--align`.
    """
    for name in PAIR_OPTIONS:
        if name in given and not given.get("align"):
            flag = f"--{name.replace('_', '-')}"
            raise UsageError(f"{flag}: expected together with --align, found without; add --align or leave it out")


def pair_aligner(given: dict[str, Any], overwrite: bool) -> PairAligner | None:
    """What aligns pairs by the options that were given; None if they are not to be aligned."""
    if not given.get("align"):
        return None
    return PairAligner(
        given.get("on_align_fail", "error"),
        given.get("align_limit", LARGEST_DISPLACEMENT),
        given.get("align_report"),
        overwrite,
        lambda message: click.echo(one_line(message), err=True),
    )
