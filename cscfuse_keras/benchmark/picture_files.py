"""Fused pictures in files."""

from pathlib import Path

import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.io import list_pictures, read_picture, to_depth, to_unit, write_picture


def write_fused(path: str, fused: np.ndarray) -> None:
    """Write a float32 picture in [0, 1] with 8 bits, rounded."""
    write_picture(path, to_depth(fused, "uint8"), overwrite=True)


def read_fused(path: Path, size: tuple[int, ...], full_scale: float | None = None) -> np.ndarray:
    """A fused picture as uint8.

    Args:
        path: its file.
        size: height and width that it must have.
        full_scale: the sample value that means 1.0 in pictures of 16 bits; 65535 by default.

    Raises:
        InputError: it cannot be read, or has another size.
    """
    picture = read_picture(path, full_scale=full_scale)
    if picture.pixels.shape[:2] != size[:2]:
        found = f"{picture.pixels.shape[1]} x {picture.pixels.shape[0]}"
        raise InputError(
            f"{path}: expected the size of what was fused, {size[1]} x {size[0]}, found {found}; judge results that "
            "were not cropped or scaled"
        )
    if picture.pixels.dtype == np.uint8:
        return picture.pixels
    return to_depth(to_unit(picture.pixels, picture.full_scale), "uint8")


def picture_named(folder: Path, stem: str) -> Path | None:
    """The one picture of that stem in a folder, if there is one.

    Raises:
        InputError: there are several.
    """
    found = [path for path in list_pictures(folder) if path.stem == stem]
    if len(found) > 1:
        raise InputError(f"{folder}: expected one picture {stem}, found {' and '.join(path.name for path in found)}")
    return found[0] if found else None
