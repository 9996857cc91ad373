"""Multi-exposure fusion of files."""

import dataclasses
import functools
import hashlib
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cscfuse_keras.io import Picture, read_picture, to_depth, write_picture
from cscfuse_keras.io.exposure_tags import without_exposure
from cscfuse_keras.io.metadata import DamagedExifError
from cscfuse_keras.io.pictures import check_fit
from cscfuse_keras.tasks.align import align_exposures
from cscfuse_keras.tasks.exposures import check_stack, middle_exposure
from cscfuse_keras.tasks.jobs import Job
from cscfuse_keras.tasks.unused_range import warn_of_unused_range

if TYPE_CHECKING:
    from cscfuse_keras.tasks.mef import MEFFuser
    from cscfuse_keras.tasks.memory import Memory


def fuse_file(
    fuser: "MEFFuser",
    job: Job,
    align: bool = False,
    overwrite: bool = False,
    tell: Callable[[str], None] = lambda message: None,
    full_scale: float | None = None,
) -> None:
    """Fuse the exposures of one scene.

    The result has depth and full scale of the exposures, and EXIF and colour profile of the one in the middle by
    brightness, without the tags that hold of one exposure only. It is transparent where any exposure is.

    Args:
        fuser: what fuses.
        job: its sources are the exposures, in any order.
        align: whether displaced exposures are shifted back, and the result cropped to what all show.
        overwrite: whether the output may exist.
        tell: receives a line about shifts and crop, if `align`.
        full_scale: the sample value that means 1.0 in exposures of 16 bits; 65535 by default.

    Raises:
        InputError: a file cannot be read, or the pictures are no stack of exposures; the message names the files.
        UsageError: the output cannot hold the result, or exists.

    Warns:
        UserWarning: two files hold the same picture, only some are grey, colour profiles differ, or exposures of 16
            bits use few of them.
    """
    pictures = [_kept(read_picture(source, full_scale=full_scale), fuser.memory) for source in job.sources]
    images = [picture.pixels for picture in pictures]
    check_stack(images, [str(source) for source in job.sources])
    _warn_of_doubtful(pictures)
    if full_scale is None:
        warn_of_unused_range(max(image.max() for image in images), images[0].dtype, job.sources[0].parent)
    middle = pictures[middle_exposure(images)]
    exif = _exif(middle, pictures)
    check_fit(job.output, middle.pixels, _common_alpha(pictures), exif)
    if align:
        pictures = _aligned(pictures, lambda message: tell(f"{job.name}: {message}"))
    dtype, full_scale = middle.pixels.dtype, middle.full_scale
    fused = fuser.fuse_samples(
        [picture.pixels for picture in pictures], full_scale, dtype, lambda part: to_depth(part, dtype, full_scale)
    )
    write_picture(
        job.output,
        fused,
        alpha=_common_alpha(pictures),
        exif=exif,
        icc_profile=middle.icc_profile,
        overwrite=overwrite,
    )


def _kept(picture: Picture, memory: "Memory") -> Picture:
    """The picture, on disk where memory is short."""
    return dataclasses.replace(picture, pixels=memory.kept(picture.pixels))


def _warn_of_doubtful(pictures: Sequence[Picture]) -> None:
    seen: dict[bytes, Picture] = {}
    for picture in pictures:
        same = seen.setdefault(hashlib.sha256(picture.pixels).digest(), picture)
        if same is not picture:
            warnings.warn(
                f"{same.path}, {picture.path}: hold the same picture, which then counts twice; leave one out",
                stacklevel=3,
            )
    grey = [str(picture.path) for picture in pictures if picture.pixels.ndim == 2]
    if 0 < len(grey) < len(pictures):
        warnings.warn(f"{', '.join(grey)}: grey among colour exposures, takes colour from the result", stacklevel=3)
    if len({picture.icc_profile for picture in pictures}) > 1:
        warnings.warn(
            f"{pictures[0].path.parent}: exposures with different colour profiles are fused as if they had one; "
            "export them all with the same profile",
            stacklevel=3,
        )


def _aligned(pictures: Sequence[Picture], tell: Callable[[str], None]) -> list[Picture]:
    """Cut what all exposures show out of each."""
    images = [picture.pixels for picture in pictures]
    alignment = align_exposures(images, [str(picture.path) for picture in pictures])
    cut = [
        dataclasses.replace(
            picture,
            pixels=picture.pixels[window],
            alpha=None if picture.alpha is None else picture.alpha[window],
        )
        for picture, window in zip(pictures, alignment.windows(*images[0].shape[:2]), strict=True)
    ]
    moved = [
        f"{picture.path.name} by {x:+d}, {y:+d}"
        for picture, (x, y) in zip(pictures, alignment.shifts, strict=True)
        if (x, y) != (0, 0)
    ]
    before, after = ("{1} x {0}".format(*stack[0].pixels.shape) for stack in (pictures, cut))
    tell(
        f"aligned to {pictures[alignment.reference].path.name}, right and down: {'; '.join(moved)} pixels; "
        f"cropped from {before} to {after}"
        if moved
        else "aligned: no exposure is displaced"
    )
    return cut


def _common_alpha(pictures: Sequence[Picture]) -> np.ndarray | None:
    """The least opacity of all exposures: what one does not show, such as beyond the edge of a warped one, is black."""
    alphas = [picture.alpha for picture in pictures if picture.alpha is not None]
    return functools.reduce(np.minimum, alphas) if alphas else None


def _exif(middle: Picture, pictures: Sequence[Picture]) -> bytes | None:
    if middle.exif is None:
        return None
    try:
        return without_exposure(middle.exif, [picture.exif for picture in pictures])
    except DamagedExifError as problem:
        warnings.warn(
            f"{middle.path}: no EXIF is kept, since that of an exposure is damaged ({problem})",
            stacklevel=3,
        )
        return None
