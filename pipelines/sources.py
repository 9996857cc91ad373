"""Pictures on disk as training images."""

import os
from collections.abc import Iterable
from pathlib import Path

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


def split_by_stem(paths: list[Path], validation_share: float, seed: int) -> tuple[list[Path], list[Path]]:
    """Training and validation files; files of one stem (a pair's infrared and visible) stay together.

    Args:
        paths: picture files.
        validation_share: share of stems that go into validation, in [0, 1).
        seed: of the random choice.

    Returns:
        `(training, validation)`, each in the order of `paths`.
    """
    stems = sorted({path.stem for path in paths})
    count = round(validation_share * len(stems))
    chosen = set(np.random.default_rng(seed).permutation(stems)[:count].tolist())
    return [path for path in paths if path.stem not in chosen], [path for path in paths if path.stem in chosen]
