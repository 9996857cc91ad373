"""Infrared-visible fusion of files and folders."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io import pair_by_stem, read_picture, to_depth, to_unit, write_picture
from cscfuse_keras.io.outputs import check_absent
from cscfuse_keras.io.pictures import DEPTHS, FORMATS

if TYPE_CHECKING:
    from cscfuse_keras.tasks.ivf import IVFFuser


@dataclasses.dataclass(frozen=True)
class Job:
    """One pair to fuse.

    Attributes:
        name: shown in progress and messages.
        infrared: file.
        visible: file.
        output: file to write.
    """

    name: str
    infrared: Path
    visible: Path
    output: Path


def plan(infrared: Path, visible: Path, output: Path) -> tuple[list[Job], list[tuple[Path, str]]]:
    """Pairs of files to fuse, and the files left over.

    Args:
        infrared: a picture, or a folder of pictures.
        visible: a picture, or a folder; of the same kind as `infrared`.
        output: for two pictures the file to write, or a folder (one that exists, or a name without a suffix); for two
            folders the folder that receives one picture a pair, named like the visible one.

    Returns:
        `(jobs, left_over)`: left over are files without a partner, each with the reason.

    Raises:
        InputError: a source is missing.
        UsageError: one source is a folder and the other is not; two folders but `output` is a file.
    """
    for source in (infrared, visible):
        if not source.exists():
            raise InputError(f"{source}: expected a picture or a folder, found nothing; check the path")
    if infrared.is_dir() != visible.is_dir():
        raise UsageError(f"expected two pictures or two folders, found one of each: {infrared} and {visible}")
    if not infrared.is_dir():
        file = output / _output_name(visible) if output.is_dir() or not output.suffix else output
        return [Job(visible.stem, infrared, visible, file)], []
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output}: expected a folder for the results of a folder, found a file; name a folder")
    pairs, left_over = pair_by_stem(infrared, visible)
    return [Job(stem, first, second, output / _output_name(second)) for stem, first, second in pairs], left_over


def _output_name(visible: Path) -> str:
    """Name of the fused picture: the visible one's, as PNG where its format is not written (WebP)."""
    return visible.name if visible.suffix.lower() != ".webp" else f"{visible.stem}.png"


def check_outputs(jobs: list[Job], overwrite: bool) -> None:
    """Find out before the work starts that every output can be written.

    Raises:
        UsageError: an output is of a format that is not written, or one of the inputs, or exists and `overwrite` is
            off.
    """
    for job in jobs:
        if FORMATS.get(job.output.suffix.lower()) not in DEPTHS:
            raise UsageError(
                f"{job.output}: expected a name ending in .png, .jpg, .bmp or .tif, found {job.output.suffix!r}"
            )
        if any(job.output.exists() and job.output.samefile(source) for source in (job.infrared, job.visible)):
            raise UsageError(f"{job.output}: expected an output beside the inputs, found an input itself; name another")
        check_absent(job.output, overwrite)


def fuse_file(fuser: "IVFFuser", job: Job, overwrite: bool = False) -> None:
    """Fuse one pair of files.

    The result has the visible picture's size, depth, colour, alpha, EXIF and colour profile.

    Raises:
        InputError: a file cannot be read, or the sizes differ; the message names the files.
        UsageError: the output cannot hold the result, or exists.
    """
    infrared, visible = read_picture(job.infrared), read_picture(job.visible)
    try:
        fused = fuser.fuse(*(to_unit(picture.pixels, picture.full_scale) for picture in (infrared, visible)))
    except InputError as problem:
        raise InputError(f"{job.infrared}, {job.visible}: {problem}") from None
    write_picture(
        job.output,
        to_depth(fused, visible.pixels.dtype),
        alpha=visible.alpha,
        exif=visible.exif,
        icc_profile=visible.icc_profile,
        overwrite=overwrite,
    )


def fuse_files(fuser: "IVFFuser", jobs: list[Job], overwrite: bool = False) -> Iterator[tuple[Job, Exception | None]]:
    """Fuse pairs one by one; a bad one does not stop the rest.

    Yields:
        Each job when it is done, with the error that it ended in, or None.
    """
    for job in jobs:
        try:
            fuse_file(fuser, job, overwrite)
        except (InputError, UsageError) as problem:
            yield job, problem
        else:
            yield job, None
