"""What every metric of images of many bands asks of them, checked in one place."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cscfuse_keras.errors import InputError

Cube = npt.NDArray[np.float64]


def unit_cube(image: npt.ArrayLike, name: str) -> Cube:
    """Return an image of bands as float64 after checking it.

    Args:
        image: array (height, width, bands) in [0, 1].
        name: what messages call the image.

    Raises:
        InputError: not a real numeric array of three axes, empty, not finite, or outside [0, 1].
    """
    array = np.asarray(image)
    if array.ndim != 3 or not array.size or array.dtype.kind not in "uif":
        raise InputError(
            f"{name}: expected real numbers of shape (height, width, bands), found {array.dtype} of shape "
            f"{array.shape}; convert them"
        )
    low, high = array.min(), array.max()
    # Written so that NaN, for which every comparison is false, is refused.
    if not (low >= 0 and high <= 1):
        raise InputError(f"{name}: expected values in [0, 1], found {low:g} to {high:g}; divide by the full scale")
    return array.astype(np.float64, copy=False)


def fused_and_truth(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> tuple[Cube, Cube]:
    """The fused image and the truth, which is the first source, after checking them.

    Raises:
        InputError: an image fails `unit_cube`, or their shapes differ.
    """
    first, truth = unit_cube(fused, "fused image"), unit_cube(sources[0], "truth")
    if first.shape != truth.shape:
        raise InputError(
            f"fused image: expected the truth's shape {truth.shape}, found {first.shape}; crop or resample"
        )
    return first, truth


def fused_and_inputs(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike]) -> tuple[Cube, Cube, Cube, Cube]:
    """The fused image, the low-resolution image, the guide and the guide at low resolution, after checking them.

    Raises:
        InputError: an image fails `unit_cube`, or their shapes do not belong together.
    """
    names = ("fused image", "low-resolution image", "guide", "guide at low resolution")
    cubes = [unit_cube(image, name) for image, name in zip((fused, *sources), names, strict=True)]
    high, low, guide, low_guide = (cube.shape for cube in cubes)
    scale = high[0] // low[0]
    if high != (scale * low[0], scale * low[1], low[2]) or guide != (*high[:2], guide[2]):
        raise InputError(
            f"fused image: expected the guide's size {guide[:2]}, a whole number of times that of the low-resolution "
            f"image {low[:2]}, and its {low[2]} bands, found shape {high}; crop or resample"
        )
    if low_guide != (*low[:2], guide[2]):
        raise InputError(
            f"guide at low resolution: expected shape {(*low[:2], guide[2])}, found {low_guide}; degrade the guide by "
            f"{scale}"
        )
    return cubes[0], cubes[1], cubes[2], cubes[3]
