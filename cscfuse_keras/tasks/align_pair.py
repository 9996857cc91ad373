"""Alignment of pairs of files, with what is told of it and what happens where it fails."""

import dataclasses
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np

from cscfuse_keras.io import Picture, to_depth, to_unit, write_picture
from cscfuse_keras.tasks.edge_overlay import edge_overlay, side_by_side
from cscfuse_keras.tasks.jobs import Skipped
from cscfuse_keras.tasks.register_pair import (
    LARGEST_DISPLACEMENT,
    AlignmentError,
    Registration,
    register_pair,
    scaled_to,
)

OnFail = Literal["error", "keep", "skip"]
Pair = tuple[Picture, Picture]
"""Infrared and visible."""


@dataclasses.dataclass(frozen=True)
class PairAligner:
    """Brings infrared pictures onto the visible ones, and crops both to what both show.

    Attributes:
        on_fail: what becomes of a pair that cannot be aligned: `error`, it fails; `keep`, it stays as it is, with a
            warning; `skip`, it is left out.
        largest_displacement: see `register_pair`.
        report: folder that receives a picture a pair of how the edges lie, before and after; None for none.
        overwrite: whether these pictures may exist.
        tell: receives a line a pair.
    """

    on_fail: OnFail = "error"
    largest_displacement: float = LARGEST_DISPLACEMENT
    report: Path | None = None
    overwrite: bool = False
    tell: Callable[[str], None] = lambda message: None

    def __call__(self, name: str, infrared: Picture, visible: Picture) -> Pair:
        """Align a pair.

        Raises:
            AlignmentError: it cannot be aligned, and `on_fail` is `error`.
            Skipped: it cannot be aligned, and `on_fail` is `skip`.
            UsageError: its picture in the report exists.
        """
        try:
            registration = register_pair(infrared.pixels, visible.pixels, self.largest_displacement)
        except AlignmentError as problem:
            self._report(name, (infrared, visible))
            message = f"{infrared.path}, {visible.path}: {problem}"
            if self.on_fail == "skip":
                raise Skipped(message) from None
            if self.on_fail == "error":
                raise AlignmentError(message) from None
            warnings.warn(f"fused as they are, not aligned: {message}", stacklevel=3)
            return infrared, visible
        aligned = cropped(registration, infrared, visible)
        self._report(name, (infrared, visible), aligned)
        self.tell(f"{name}: {_told(registration)}")
        return aligned

    def _report(self, name: str, *pairs: Pair) -> None:
        if self.report is not None:
            write_picture(self.report / f"{name}-alignment.png", overlays(*pairs), overwrite=self.overwrite)


def cropped(registration: Registration, infrared: Picture, visible: Picture) -> Pair:
    """The area that both pictures show, the infrared one warped; its alpha is left out."""
    pixels = registration.crop(infrared.pixels, visible.pixels)
    alpha = None if visible.alpha is None else visible.alpha[registration.window]
    return (
        dataclasses.replace(infrared, pixels=pixels[0], alpha=None),
        dataclasses.replace(visible, pixels=pixels[1], alpha=alpha),
    )


def overlays(*pairs: Pair) -> np.ndarray:
    """Infrared edges over the visible picture, uint8 RGB; several pairs from left to right."""
    return to_depth(side_by_side(*(_overlay(*pair) for pair in pairs)), "uint8")


def _overlay(infrared: Picture, visible: Picture) -> np.ndarray:
    pixels = scaled_to(infrared.pixels, visible.pixels.shape)
    return edge_overlay(to_unit(pixels, infrared.full_scale), to_unit(visible.pixels, visible.full_scale))


def _told(registration: Registration) -> str:
    if not registration.moves:
        return f"aligned already, agreement {registration.agreement:.2f}"
    rows, columns = registration.window
    return (
        f"aligned: moved by {registration.displacement:.1f} pixels, agreement {registration.agreement:.2f} "
        f"({registration.agreement_before:.2f} before); cropped from {registration.size[1]} x {registration.size[0]} "
        f"to {columns.stop - columns.start} x {rows.stop - rows.start}, "
        f"from column {columns.start} and row {rows.start} on"
    )
