"""Scores of infrared-visible pairs on disk."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.io import Picture, list_pictures, pair_by_stem, read_picture, to_depth, to_unit
from cscfuse_keras.metrics import Metric, evaluate_ivf
from cscfuse_keras.tasks.align_pair import PairAligner, overlays
from cscfuse_keras.tasks.colour import luma
from cscfuse_keras.tasks.parallel import one_at_a_time
from cscfuse_keras.tasks.unused_range import warn_of_unused_range


@dataclasses.dataclass(frozen=True)
class Item:
    """A pair to judge.

    Attributes:
        name: the files' stem.
        infrared: picture file.
        visible: picture file.
        full_scale: the sample value of a visible picture of 16 bits that means 1.0; 65535 by default.
        infrared_full_scale: the same of the infrared one; that of the visible one by default.
    """

    name: str
    infrared: Path
    visible: Path
    full_scale: float | None = None
    infrared_full_scale: float | None = None

    def pictures(self) -> tuple[Picture, Picture]:
        """Infrared and visible picture, as stored.

        Raises:
            InputError: one cannot be read.

        Warns:
            UserWarning: one of 16 bits uses few of them, and no full scale is stated.
        """
        return (
            _picture(self.infrared, self.infrared_full_scale or self.full_scale),
            _picture(self.visible, self.full_scale),
        )


@dataclasses.dataclass(frozen=True)
class FusedSource:
    """Where fused pictures come from.

    Attributes:
        name: shown in the report.
        fuse: from the pair's name and its float32 pictures in [0, 1] to the fused one.
    """

    name: str
    fuse: Callable[[str, np.ndarray, np.ndarray], np.ndarray]


def plan(
    infrared: Path,
    visible: Path,
    fused: Path | None = None,
    full_scale: float | None = None,
    infrared_full_scale: float | None = None,
) -> tuple[list[Item], list[tuple[Path, str]]]:
    """Pairs to judge, and files left over with the reason.

    Args:
        infrared: folder of pictures.
        visible: folder of pictures.
        fused: folder of pictures; those without one are left over.
        full_scale: see `Item`.
        infrared_full_scale: see `Item`.

    Raises:
        InputError: a folder is missing, or there is no pair.
    """
    pairs, left_over = pair_by_stem(infrared, visible)
    items = [Item(*pair, full_scale, infrared_full_scale) for pair in pairs]
    if fused is not None:
        stems = {path.stem for path in list_pictures(fused)}
        left_over += [
            (item.visible, f"no fused picture of this stem in {fused}") for item in items if item.name not in stems
        ]
        items = [item for item in items if item.name in stems]
    if not items:
        raise InputError(f"{infrared}, {visible}: expected pictures of equal stem, found no pair; name them alike")
    return items, left_over


def fused_by_preset(preset: str) -> FusedSource:
    """Fuse with a preset; threads may share it."""
    from cscfuse_keras.tasks.ivf import IVFFuser

    fuser = IVFFuser(preset)
    fuse = one_at_a_time(fuser.fuse)
    return FusedSource(fuser.preset.name, lambda name, infrared, visible: fuse(infrared, visible))


def fused_from_folder(folder: Path, full_scale: float | None = None) -> FusedSource:
    """Take fused pictures from a folder; `full_scale` as that of the visible pictures, see `Item`."""
    files = {path.stem: path for path in list_pictures(folder)}
    return FusedSource(str(folder), lambda name, infrared, visible: _unit(files[name], full_scale))


def judge(
    item: Item, source: FusedSource, align: bool = False, metrics: Sequence[Metric] | None = None
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Scores of a pair, and its pictures (uint8) for the report.

    Args:
        item: the pair.
        source: of the fused picture.
        align: whether the infrared picture is first brought onto the visible one, and both are cropped to what both
            show; the report then has a picture of the edges, before and after.
        metrics: as `evaluate_ivf` takes them.

    Raises:
        InputError: a file cannot be read, sizes differ, or the pair cannot be aligned.
    """
    pair = item.pictures()
    overlay = {}
    if align:
        before, pair = pair, PairAligner()(item.name, *pair)
        overlay = {"edges before and after": to_unit(overlays(before, pair), 255)}
    infrared, visible = (to_unit(picture.pixels, picture.full_scale) for picture in pair)
    fused = source.fuse(item.name, infrared, visible)
    grey = [to_depth(grey_of(image), "uint8") for image in (fused, infrared, visible)]
    try:
        scores = evaluate_ivf(*grey, metrics)
    except InputError as problem:
        raise InputError(f"{item.name}: {problem}") from None
    pictures = {"infrared": infrared, "visible": visible, "fused": fused, **overlay}
    return scores, {title: to_depth(image, "uint8") for title, image in pictures.items()}


def _picture(path: Path, full_scale: float | None) -> Picture:
    picture = read_picture(path, full_scale=full_scale)
    if full_scale is None:
        warn_of_unused_range(picture.pixels.max(), picture.pixels.dtype, path)
    return picture


def _unit(path: Path, full_scale: float | None) -> np.ndarray:
    picture = read_picture(path, full_scale=full_scale)
    return to_unit(picture.pixels, picture.full_scale)


def grey_of(image: np.ndarray) -> np.ndarray:
    """A grey picture as it is, or the luma of a colour picture."""
    return image if image.ndim == 2 else luma(image)
