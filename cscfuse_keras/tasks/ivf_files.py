"""Infrared-visible fusion of files and folders."""

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io import pair_by_stem, read_picture, to_depth, write_picture
from cscfuse_keras.io.paths import check_found
from cscfuse_keras.io.pictures import check_fit
from cscfuse_keras.tasks.jobs import Job, is_folder_name, name_like
from cscfuse_keras.tasks.unused_range import warn_of_unused_range

if TYPE_CHECKING:
    from cscfuse_keras.tasks.align_pair import PairAligner
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
        check_found(source, "a picture or a folder")
    if infrared.is_dir() != visible.is_dir():
        raise UsageError(f"expected two pictures or two folders, found one of each: {infrared} and {visible}")
    if not infrared.is_dir():
        file = output / name_like(visible) if is_folder_name(output) else output
        return [Job(visible.stem, (infrared, visible), file)], []
    if os.path.lexists(output) and not output.is_dir():
        raise UsageError(f"{output}: expected a folder for the results of a folder, found a file; name a folder")
    pairs, left_over = pair_by_stem(infrared, visible)
    return [Job(stem, (first, second), output / name_like(second)) for stem, first, second in pairs], left_over


def fuse_file(
    fuser: "IVFFuser",
    job: Job,
    overwrite: bool = False,
    full_scale: float | None = None,
    infrared_full_scale: float | None = None,
    aligner: "PairAligner | None" = None,
) -> None:
    """Fuse one pair of files.

    The result has the visible picture's depth, full scale, colour, alpha, EXIF and colour profile, and unless they are
    aligned its size.

    Args:
        fuser: what fuses.
        job: from `plan`.
        overwrite: whether the output may exist.
        full_scale: the sample value that means 1.0 in pictures of 16 bits; 65535 by default.
        infrared_full_scale: the same of the infrared picture, where it differs.
        aligner: what brings the infrared picture onto the visible one, and crops both, first; None for nothing.

    Raises:
        InputError: a file cannot be read, or the sizes differ; the message names the files.
        UsageError: the output cannot hold the result, or exists.
        Skipped: the pair cannot be aligned, and the aligner leaves such pairs out.

    Warns:
        UserWarning: alpha of the infrared picture is left out, or a picture of 16 bits uses few of them.
    """
    scales = full_scale if infrared_full_scale is None else infrared_full_scale, full_scale
    infrared, visible = (
        read_picture(source, full_scale=scale) for source, scale in zip(job.sources, scales, strict=True)
    )
    check_fit(job.output, visible.pixels, visible.alpha, visible.exif)
    for picture, scale in zip((infrared, visible), scales, strict=True):
        if scale is None:
            warn_of_unused_range(picture.pixels.max(), picture.pixels.dtype, picture.path)
    if infrared.alpha is not None and (infrared.alpha < infrared.full_scale).any():
        warnings.warn(
            f"{infrared.path}: its alpha is left out; the result has that of the visible picture", stacklevel=2
        )
    if aligner is not None:
        infrared, visible = aligner(job.name, infrared, visible)
    dtype, scale = visible.pixels.dtype, visible.full_scale
    try:
        fused = fuser.fuse_samples(
            infrared.pixels,
            visible.pixels,
            (infrared.full_scale, scale),
            lambda part: to_depth(part, dtype, scale),
            infrared_name=str(infrared.path),
        )
    except InputError as problem:
        raise InputError(f"{infrared.path}, {visible.path}: {problem}") from None
    write_picture(
        job.output,
        fused,
        alpha=visible.alpha,
        exif=visible.exif,
        icc_profile=visible.icc_profile,
        overwrite=overwrite,
    )
