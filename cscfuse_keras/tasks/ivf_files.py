"""Infrared-visible fusion of files and folders."""

from pathlib import Path
from typing import TYPE_CHECKING

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io import pair_by_stem, read_picture, to_depth, to_unit, write_picture
from cscfuse_keras.tasks.jobs import Job, is_folder_name, name_like

if TYPE_CHECKING:
    from cscfuse_keras.tasks.ivf import IVFFuser


def plan(infrared: Path, visible: Path, output: Path) -> tuple[list[Job], list[tuple[Path, str]]]:
    """Pairs of files to fuse, and the files left over.

    Args:
        infrared: a picture, or a folder of pictures.
        visible: a picture, or a folder; of the same kind as `infrared`.
        output: for two pictures the file to write, or a folder (one that exists, or a name without a suffix); for two
            folders the folder that receives one picture a pair, named like the visible one.

    Returns:
        `(jobs, left_over)`: the sources of a job are infrared and visible; left over are files without a partner, each
        with the reason.

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
        file = output / name_like(visible) if is_folder_name(output) else output
        return [Job(visible.stem, (infrared, visible), file)], []
    if output.exists() and not output.is_dir():
        raise UsageError(f"{output}: expected a folder for the results of a folder, found a file; name a folder")
    pairs, left_over = pair_by_stem(infrared, visible)
    return [Job(stem, (first, second), output / name_like(second)) for stem, first, second in pairs], left_over


def fuse_file(fuser: "IVFFuser", job: Job, overwrite: bool = False) -> None:
    """Fuse one pair of files.

    The result has the visible picture's size, depth, colour, alpha, EXIF and colour profile.

    Raises:
        InputError: a file cannot be read, or the sizes differ; the message names the files.
        UsageError: the output cannot hold the result, or exists.
    """
    infrared, visible = (read_picture(source) for source in job.sources)
    try:
        fused = fuser.fuse(*(to_unit(picture.pixels, picture.full_scale) for picture in (infrared, visible)))
    except InputError as problem:
        raise InputError(f"{infrared.path}, {visible.path}: {problem}") from None
    write_picture(
        job.output,
        to_depth(fused, visible.pixels.dtype),
        alpha=visible.alpha,
        exif=visible.exif,
        icc_profile=visible.icc_profile,
        overwrite=overwrite,
    )
