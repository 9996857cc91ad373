"""Files as inputs of a fusion network, of a size that can be followed unit by unit."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.explain.traces import Box
from cscfuse_keras.explain.tracing import Inputs
from cscfuse_keras.io import read_picture, to_unit
from cscfuse_keras.io.cubes import read_cube
from cscfuse_keras.tasks import mef_plan
from cscfuse_keras.tasks.arrays import enlarged
from cscfuse_keras.tasks.colour import luma
from cscfuse_keras.tasks.exposures import SMALLEST_SIDE as SMALLEST_EXPOSURE
from cscfuse_keras.tasks.exposures import check_stack
from cscfuse_keras.tasks.ivf import SMALLEST_SIDE as SMALLEST_PAIR
from cscfuse_keras.tasks.msf import MSFFuser
from cscfuse_keras.tasks.msf_scales import check_samples, full_scales, unit_cube


@dataclasses.dataclass(frozen=True, eq=False)
class Scene:
    """Inputs of one scene.

    Attributes:
        inputs: as the network takes them.
        files: names of the files, by the name that the trace gives the source.
        note: how they differ from the files; empty if they do not.
        origin: of the inputs in the files' pixels, left and top.
        factor: pixels of the inputs for one of the files.
    """

    inputs: Inputs
    files: Mapping[str, str]
    note: str
    origin: tuple[int, int] = (0, 0)
    factor: float = 1.0

    def named(self, source: str) -> str:
        """A source with its file."""
        return f"{source} ({self.files[source]})" if source in self.files else source

    def place(self, box: Box, size: tuple[int, int]) -> Box:
        """A box in the files' pixels as one in the inputs', at least a pixel wide and high.

        Args:
            box: in pixels of the files.
            size: height and width of the inputs.
        """
        left, top, width, height = box
        x, columns = self._place(left, width, self.origin[0], size[1])
        y, rows = self._place(top, height, self.origin[1], size[0])
        return x, y, columns, rows

    def _place(self, first: int, length: int, origin: int, bound: int) -> tuple[int, int]:
        """First pixel and length along an axis; where nothing is left, the pixel that holds the middle."""
        begin, end = (min(round((edge - origin) * self.factor), bound) for edge in (first, first + length))
        if begin < end:
            return begin, end - begin
        return min(int((first + length / 2 - origin) * self.factor), bound - 1), 1


def read_pair(
    sources: Sequence[Path], side: int, box: Box | None, scales: tuple[float | None, float | None] = (None, None)
) -> Scene:
    """An infrared and a visible picture, reduced to a longest side.

    Args:
        sources: the two files.
        side: longest, in pixels.
        box: that will be looked at, which must lie in the pictures.
        scales: sample values of 16 bits that mean 1.0, of the infrared and of the visible picture.

    Raises:
        UsageError: there are not two, or the box lies outside.
        InputError: a file cannot be read, or sizes differ.
    """
    if len(sources) != 2:
        raise UsageError(f"--task ivf: expected two pictures, INFRARED and VISIBLE, found {len(sources)}; name these")
    images = []
    for source, scale in zip(sources, scales, strict=True):
        picture = read_picture(source, full_scale=scale)
        unit = to_unit(picture.pixels, picture.full_scale)
        images.append(unit if unit.ndim == 2 else luma(unit))
    if images[0].shape != images[1].shape:
        raise InputError(
            f"{sources[0]}, {sources[1]}: expected pictures of one size, found {_size(images[0])} and "
            f"{_size(images[1])}; register and crop them first"
        )
    _check_box(box, images[0].shape)
    factor, note = _reduction(images[0].shape, side)
    infrared, visible = (
        enlarged(_reduced(image, factor), SMALLEST_PAIR)[np.newaxis, ..., np.newaxis] for image in images
    )
    files = dict(zip(("infrared", "visible"), (source.name for source in sources), strict=True))
    return Scene({"infrared": infrared, "visible": visible}, files, note, factor=factor)


def read_exposures(sources: Sequence[Path], side: int, box: Box | None, scale: float | None = None) -> Scene:
    """Exposures, or a folder of them, reduced to a longest side; see `read_pair`.

    Raises:
        UsageError: the sources are neither, or the box lies outside.
        InputError: a file cannot be read, or they are no exposures of one view.
    """
    (job,), _ = mef_plan.plan(sources, Path("fused.png"))
    pictures = [read_picture(source, full_scale=scale) for source in job.sources]
    check_stack([picture.pixels for picture in pictures], [str(source) for source in job.sources])
    size = pictures[0].pixels.shape[:2]
    _check_box(box, size)
    factor, note = _reduction(size, side)
    images = []
    for picture in pictures:
        unit = to_unit(picture.pixels, picture.full_scale)
        colour = unit if unit.ndim == 3 else np.repeat(unit[..., np.newaxis], 3, axis=-1)
        images.append(enlarged(_reduced(colour, factor), SMALLEST_EXPOSURE))
    files = {f"exposure {k + 1}": source.name for k, source in enumerate(job.sources)}
    return Scene(np.stack(images)[np.newaxis], files, note, factor=factor)


def read_bands(
    sources: Sequence[Path],
    side: int,
    box: Box | None,
    scales: tuple[float | None, float | None],
    fuser: MSFFuser,
) -> Scene:
    """An image of many bands and its guide, of which a part is cut out: reduced they would be another scale's.

    Args:
        sources: the two files.
        side: longest of the part, in pixels of the guide.
        box: in pixels of the guide, that the part lies around; its middle by default.
        scales: sample values that mean 1.0, see `cscfuse_keras.tasks.msf_scales.full_scales`.
        fuser: of the network that they are for.

    Raises:
        UsageError: there are not two, the box lies outside or is larger than the part, or a scale must be stated.
        InputError: a file cannot be read, or they are not what the network is for.
    """
    if len(sources) != 2:
        raise UsageError(f"--task msf: expected two sources, LOWRES and GUIDE, found {len(sources)}; name these")
    low, guide = (read_cube(source).samples for source in sources)
    fuser.check(low.shape, guide.shape, *map(str, sources))
    found = full_scales([low.dtype, guide.dtype], scales, sources)
    for samples, scale, path in zip((low, guide), found, sources, strict=True):
        check_samples(samples, scale, path)
    _check_box(box, guide.shape[:2])
    ratio = fuser.runtime.scale
    part = max(side // ratio, 1)
    if box is not None and max(box[2:]) > (part - 1) * ratio:
        raise UsageError(
            f"--box: expected at most {(part - 1) * ratio} pixels of width and height, found {box[2]} x {box[3]}; "
            "choose a smaller one, or a larger --side"
        )
    left, top, width, height = box or (0, 0, guide.shape[1], guide.shape[0])
    columns, rows = (
        _around((first + length / 2) / ratio, part, bound)
        for first, length, bound in ((left, width, low.shape[1]), (top, height, low.shape[0]))
    )
    fine = [slice(ratio * axis.start, ratio * axis.stop) for axis in (rows, columns)]
    cut = unit_cube(low[rows, columns], found[0]), unit_cube(guide[tuple(fine)], found[1])
    whole = cut[1].shape[:2] == guide.shape[:2]
    note = (
        ""
        if whole
        else f"Only a part of {_size(cut[1])} pixels of the guide, from column {fine[1].start} and row "
        f"{fine[0].start} on, is followed: reduced, the images would be of another resolution than the network is for."
    )
    return Scene(
        {"low_resolution": cut[0][np.newaxis], "guide": cut[1][np.newaxis]},
        dict(zip(("low_resolution", "guide"), (source.name for source in sources), strict=True)),
        note,
        (fine[1].start, fine[0].start),
    )


def _around(centre: float, length: int, bound: int) -> slice:
    """A part of an axis around a place, within its bound."""
    start = min(max(int(centre - length / 2), 0), max(bound - length, 0))
    return slice(start, min(start + length, bound))


def _check_box(box: Box | None, size: tuple[int, ...]) -> None:
    if box is None:
        return
    left, top, width, height = box
    if left < 0 or top < 0 or width < 1 or height < 1 or left + width > size[1] or top + height > size[0]:
        raise UsageError(
            f"--box, --pixel: expected a place within {size[1]} x {size[0]} pixels, found left {left}, top {top}, "
            f"{width} x {height}; choose another"
        )


def _reduction(size: tuple[int, ...], side: int) -> tuple[float, str]:
    factor = min(1.0, side / max(size))
    if factor == 1:
        return factor, ""
    height, width = (max(1, round(length * factor)) for length in size[:2])
    return factor, (
        f"The pictures, of {size[1]} x {size[0]} pixels, are reduced to {width} x {height} for this page: every number "
        "on it is of the reduced ones."
    )


def _reduced(image: np.ndarray, factor: float) -> np.ndarray:
    if factor == 1:
        return image
    height, width = (max(1, round(length * factor)) for length in image.shape[:2])
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def _size(image: np.ndarray) -> str:
    return f"{image.shape[1]} x {image.shape[0]}"
