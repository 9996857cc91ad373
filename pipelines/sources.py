"""Pictures on disk as training images."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.io import read_picture, to_unit
from cscfuse_keras.io.pictures import FORMATS
from cscfuse_keras.tasks.colour import luma


def find_pictures(folders: Iterable[str | os.PathLike]) -> list[Path]:
    """All picture files below the folders, sorted by path; hidden files are left out.

    Raises:
        InputError: a folder is missing or holds no picture.
    """
    found = []
    for folder in map(Path, folders):
        if not folder.is_dir():
            raise InputError(f"{folder}: expected a folder of pictures, found nothing there; check the path")
        pictures = sorted(path for path in folder.rglob("[!.]*") if path.suffix.lower() in FORMATS and path.is_file())
        if not pictures:
            raise InputError(f"{folder}: expected pictures ({', '.join(sorted(FORMATS))}), found none")
        found.extend(pictures)
    return found


def read_grey(path: str | os.PathLike) -> np.ndarray:
    """A picture as one grey channel.

    Args:
        path: picture file, grey or colour; of colour the luma is taken.

    Returns:
        float32 array (height, width, 1) in [0, 1].
    """
    picture = read_picture(path)
    pixels = to_unit(picture.pixels, picture.full_scale)
    return (pixels if pixels.ndim == 2 else luma(pixels))[..., np.newaxis]


def split_by_name(
    sources: Sequence[Any], names: Sequence[str], validation_share: float, seed: int
) -> tuple[list[Any], list[Any]]:
    """Training and validation sources; those of one name (a pair's infrared and visible) stay together.

    Args:
        sources: pictures, scenes, rows.
        names: of the sources, in the same order.
        validation_share: share of names that go into validation, in [0, 1).
        seed: of the random choice.

    Returns:
        `(training, validation)`, each in the order of `sources`.
    """
    different = sorted(set(names))
    count = round(validation_share * len(different))
    kept = set(np.random.default_rng(seed).permutation(different)[:count].tolist())
    pairs = list(zip(sources, names, strict=True))
    return [source for source, name in pairs if name not in kept], [source for source, name in pairs if name in kept]
