"""Multi-spectral fusion of files."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io.cube_files import write_cube
from cscfuse_keras.io.cubes import file_of, read_cube
from cscfuse_keras.io.paths import check_found
from cscfuse_keras.io.rasters import is_georeferenced
from cscfuse_keras.tasks.arrays import from_unit
from cscfuse_keras.tasks.jobs import Job, is_folder_name
from cscfuse_keras.tasks.msf_adapt import adapt_pixels, all_valid, whole_ratio
from cscfuse_keras.tasks.msf_rasters import Progress, adapt_rasters, fuse_rasters, unseen
from cscfuse_keras.tasks.msf_scales import check_samples, full_scales, unit_cube, warn_of_unstated
from cscfuse_keras.tasks.msf_windows import Spread, fuse_here
from pipelines.wald import Wald

if TYPE_CHECKING:
    from cscfuse_keras.tasks.msf import MSFFuser
    from cscfuse_keras.training.msf_adaptation import Adaptation, Adapted


def plan(low: Path, guide: Path, output: Path) -> Job:
    """What to fuse.

    Args:
        low: image of many bands, as `cscfuse_keras.io.cubes.read_cube` reads it, or a GeoTIFF file.
        guide: likewise.
        output: file to write, or a folder (one that exists, or a name without a suffix) for `LOWRES-fused`, a TIFF file
            for TIFF files and a NumPy file else.

    Raises:
        InputError: a source is missing, or only one of them is georeferenced.
        UsageError: both are, and the output is not named as a TIFF file, or a name is not in UTF-8.
    """
    for source in (low, guide):
        check_found(file_of(source), "an image of bands")
    placed = [is_georeferenced(source) for source in (low, guide)]
    if any(placed) and not all(placed):
        other = (low, guide)[placed.index(False)]
        raise InputError(
            f"{low}, {guide}: expected two georeferenced files or none, found one, {other} is not; give it the other's "
            "place, for instance by gdal_translate -a_srs -a_ullr, or take it from the other"
        )
    if is_folder_name(output):
        tiff = low.suffix.lower() in (".tif", ".tiff")
        output = output / f"{low.stem}-fused{'.tif' if tiff else '.npy'}"
    if all(placed) and output.suffix.lower() not in (".tif", ".tiff"):
        raise UsageError(f"{output}: expected a name ending in .tif for georeferenced files, found {output.suffix!r}")
    if all(placed):
        for path in (low, guide, output):
            _check_encoding(path)
    return Job(low.stem, (low, guide), output)


def _check_encoding(path: Path) -> None:
    """Refuse what GDAL would: it takes names as text."""
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"{path}: expected a name in UTF-8 for a georeferenced file, found other bytes; rename it"
        ) from None


def fuse_file(
    fuser: "MSFFuser",
    job: Job,
    full_scale: float | None = None,
    guide_full_scale: float | None = None,
    progress: Progress = unseen,
    spread: Spread = fuse_here,
) -> None:
    """Fuse a low-resolution image with its guide; the result has its dtype.

    Georeferenced files are read and written in parts, see `fuse_rasters`; all others are read whole.

    Args:
        fuser: what fuses.
        job: from `plan`.
        full_scale: the sample value that means 1.0 in the low-resolution image, see `full_scales`.
        guide_full_scale: the same of the guide.
        progress: shows how far georeferenced files are.
        spread: who fuses their windows.

    Raises:
        InputError: the files cannot be read, or are not what the preset is for; the message names them.
        UsageError: a scale that is needed is not stated.
        EnvironmentProblem: the output cannot be written, or rasterio is not installed but needed.
    """
    if is_georeferenced(job.sources[0]):
        fuse_rasters(fuser, job, full_scale, guide_full_scale, progress, spread)
        return
    low, guide = (read_cube(source).samples for source in job.sources)
    fuser.check(low.shape, guide.shape, *map(str, job.sources))
    images, scales = _unit_images((low, guide), [full_scale, guide_full_scale], job.sources)
    write_cube(job.output, from_unit(fuser.fuse(*images), scales[0], low.dtype))


def adapt_file(
    job: Job,
    degradation: Callable[[int], Wald],
    adaptation: "Adaptation",
    full_scale: float | None = None,
    guide_full_scale: float | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> "Adapted":
    """Train a network on the images of a job, or of large ones on parts.

    Args:
        job: from `plan`.
        degradation: from the images' ratio to the degradation that the network learns to undo.
        adaptation: how long to learn.
        full_scale: as for `fuse_file`.
        guide_full_scale: the same of the guide.
        progress: called with the share of the work done, in [0, 1].

    Raises:
        InputError: the files cannot be read, or do not fit, or are too small; the message names them.
        UsageError: a scale that is needed is not stated.
        EnvironmentProblem: rasterio is not installed but needed.
    """
    if is_georeferenced(job.sources[0]):
        return adapt_rasters(job, degradation, adaptation, full_scale, guide_full_scale, progress)
    low, guide = (read_cube(source).samples for source in job.sources)
    names = ", ".join(map(str, job.sources))
    wald = degradation(whole_ratio(low.shape, guide.shape, names))
    images, _ = _unit_images((low, guide), [full_scale, guide_full_scale], job.sources)
    return adapt_pixels(*images, low.shape[:2], all_valid, wald, adaptation, progress, names)


def _unit_images(images, stated, paths):
    """The images in [0, 1], and their full scales."""
    scales = full_scales([samples.dtype for samples in images], stated, paths)
    for samples, scale, path in zip(images, scales, paths, strict=True):
        check_samples(samples, scale, path)
    warn_of_unstated([(samples.max(), samples.dtype) for samples in images], stated, paths)
    return [unit_cube(samples, scale) for samples, scale in zip(images, scales, strict=True)], scales
