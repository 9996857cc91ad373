"""`cscfuse explain`: a page that shows what a network learned, and what it does with pictures."""

import sys
from pathlib import Path

import click

from cscfuse_keras import __version__
from cscfuse_keras.cli import full_scale, fuse_ivf, fuse_mef, fuse_msf
from cscfuse_keras.cli.quiet import load_keras
from cscfuse_keras.cli.task_options import given_options, task_options
from cscfuse_keras.errors import UsageError
from cscfuse_keras.io.locks import locked
from cscfuse_keras.io.outputs import check_absent

PAGE, FIGURES = "index.html", "figures.json"
SETTINGS = {"rule_base": "base_rule", "rule_detail": "detail_rule", "gain": "gain", "detail_gain": "detail_gain"}
OPTIONS = {
    "ivf": {
        name: fuse_ivf.OPTIONS[name]
        for name in ("rule_base", "rule_detail", "gain", "full_scale", "infrared_full_scale")
    },
    "mef": {name: fuse_mef.OPTIONS[name] for name in ("detail_gain", "full_scale")},
    "msf": {name: fuse_msf.OPTIONS[name] for name in ("full_scale", "guide_full_scale")},
}


@click.command()
@click.option(
    "--task",
    type=click.Choice(list(OPTIONS)),
    required=True,
    help="ivf: infrared and visible. mef: several exposures of a scene. msf: many bands of low resolution and a guide.",
)
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder of the page.")
@click.option("--preset", help="Name of a shipped preset, or a .keras file. Default: the task's preset.")
@click.option("--box", type=int, nargs=4, metavar="X Y WIDTH HEIGHT", help="Tell which source gave this box how much.")
@click.option("--pixel", type=int, nargs=2, metavar="X Y", help="Tell which source gave this pixel how much.")
@click.option(
    "--side",
    type=click.IntRange(32),
    default=320,
    show_default=True,
    help="Longest side that is followed, in pixels: larger pictures are reduced to it, for msf a part of this side is "
    "cut out around the box. All codes are held in memory.",
)
@task_options(OPTIONS)
@click.option("--overwrite", is_flag=True, help="Replace a page that is there.")
def explain(task, sources, output, preset, box, pixel, side, overwrite, **options) -> None:
    """Show in OUTPUT/index.html what a network does with SOURCES, and what it learned.

    ivf: INFRARED VISIBLE, two registered pictures. mef: exposures of a scene, or one folder of them. msf: LOWRES GUIDE.

    The page is one file. It tells whether the codes are sparse, whether residuals fall from unit to unit, what the
    learned dictionaries and thresholds are, and which source gave how much to the fused picture; figures.json holds the
    same figures. Boxes and pixels count from the upper left corner, in pixels of the pictures, for msf of the guide.
    """
    given = given_options(OPTIONS, task, options)
    if box and pixel:
        raise UsageError("--box and --pixel: expected one of the two, found both; leave one out")
    place = tuple(box) if box else (*pixel, 1, 1) if pixel else None
    if task != "msf":
        full_scale.check_bits(given)
    for name in (PAGE, FIGURES):
        check_absent(output / name, overwrite)
    load_keras()
    from cscfuse_keras.explain.explaining import write_explanation

    stated = {SETTINGS[name]: value for name, value in given.items() if name in SETTINGS}
    scales = {name: value for name, value in given.items() if name not in SETTINGS}
    about = {"version": f"cscfuse-keras {__version__}", "command": "cscfuse " + " ".join(sys.argv[1:])}
    with locked(output):
        summary = write_explanation(output, task, sources, preset or task, side, place, scales, stated, about)
    for line in summary:
        click.echo(line, err=True)
    click.echo(str(output / PAGE))
