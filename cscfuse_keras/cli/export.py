"""`cscfuse export`: whole tasks as files for other programs."""

import re
from collections.abc import Sequence
from pathlib import Path

import click

from cscfuse_keras.cli.quiet import load_keras, quietly
from cscfuse_keras.errors import UsageError
from cscfuse_keras.export.formats import FORMATS, QUANTIZATIONS


class _Names(click.ParamType):
    """Names separated by commas."""

    name = "names"

    def __init__(self, known: Sequence[str]):
        self.known = known

    def get_metavar(self, param, ctx=None):
        return ",".join(self.known)

    def convert(self, value, param, ctx):
        names = value.split(",")
        for name in names:
            if name not in self.known:
                self.fail(f"expected names of {', '.join(self.known)}, found {name!r}", param, ctx)
        return names


@click.command()
@click.option("--task", type=click.Choice(["ivf", "mef", "msf"]), required=True, help="What the preset is for.")
@click.option("--preset", help="Name of a shipped preset, or a .keras file. Default: the task's preset.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=_Names(list(FORMATS)),
    help="Formats, separated by commas or given several times. Default: saved_model,tflite; tflite with --quantize.",
)
@click.option(
    "--quantize",
    "quantizations",
    multiple=True,
    type=_Names(QUANTIZATIONS),
    help="tflite: weights in half precision, or in 8 bits; dynamic: images in 8 bits too, by the range found in each; "
    "int8: by ranges found in --calibration. Default: none.",
)
@click.option("--size", metavar="HxW", help="Height and width of the fused image, such as 480x640. Default: any.")
@click.option("--exposures", type=click.IntRange(2), help="mef: number of exposures. Default: any.")
@click.option(
    "--calibration",
    type=click.Path(path_type=Path, file_okay=False),
    help="int8: folder of real images. ivf: it holds the folders infrared and visible, or ir and vis, whose pictures "
    "pair by stem; mef and msf: folder of scenes, as for train.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Folder to write. Default: one named after the preset."
)
@click.option("--overwrite", is_flag=True, help="Replace files that exist.")
def export(task, preset, formats, quantizations, size, exposures, calibration, output, overwrite) -> None:
    """Export a whole task, from images in [0, 1] to the fused image, for programs without this package.

    OUTPUT gets PRESET.tflite, PRESET.onnx, PRESET.xml with PRESET.bin (OpenVINO) and the folder PRESET (SavedModel);
    with --quantize PRESET-int8.tflite and the like, with --size PRESET-480x640.tflite, with --exposures
    PRESET-3-exposures.tflite. Beside each, NAME.json tells its inputs and outputs, its operators, and how far its
    results are from Keras'. Files that are too far are not written, nor are the others then.

    Files take images of any height and width unless --size is given. TensorFlow converts, whatever Keras runs on.
    """
    if exposures is not None and task != "mef":
        raise UsageError(f"--exposures: expected with --task mef, found with --task {task}; leave it out")
    chosen = _distinct(quantizations) or ["none"]
    default = ["saved_model", "tflite"] if chosen == ["none"] else ["tflite"]
    what = {"formats": _distinct(formats) or default, "quantizations": chosen, "size": _size(size)}
    load_keras()
    from cscfuse_keras.export.export import Export
    from cscfuse_keras.export.export import export as write

    wanted = Export(**what, exposures=exposures, calibration=calibration)
    # Converters and runtimes tell what they do.
    with quietly():
        write(task, preset or task, wanted, output, overwrite, click.echo)


def _distinct(given: Sequence[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(name for names in given for name in names))


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d+)x(\d+)", text)
    if not found:
        raise UsageError(f"--size: expected HEIGHTxWIDTH, such as 480x640, found {text!r}")
    return int(found[1]), int(found[2])
