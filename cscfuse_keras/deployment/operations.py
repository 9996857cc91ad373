"""The operations that networks are made of, and the networks' parts written in them, whoever computes them."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

from cscfuse_keras.deployment.folding import Convolution, SoftThreshold, Stack

Images: TypeAlias = Any
"""Symbolic images (1, height, width, channels) of whoever computes; + - * / are understood, of equal shapes,
with float32 arrays, and with one channel for all."""

Matrix: TypeAlias = Any
"""Symbolic matrices (1, rows, columns) of whoever computes."""


class Operations(Protocol):
    """What a part of a network may do with images."""

    def convolve(self, images: Images, convolution: Convolution) -> Images:
        """Cross-correlation, the image reflected at its border."""
        ...

    def soft_threshold(self, images: Images, threshold: Any) -> Images:
        """Soft shrinkage by a threshold a channel; negative ones add to the magnitude of what is not zero."""
        ...

    def two_slopes(self, images: Images, positive: Any, negative: Any) -> Images:
        """Slopes a channel above and below zero."""
        ...

    def scale(self, images: Images, factors: Any) -> Images:
        """Multiply by a factor a channel."""
        ...

    def concatenate(self, images: Sequence[Images]) -> Images:
        """Put channels one after the other."""
        ...

    def box_mean(self, images: Images, radius: int, border: str) -> Images:
        """Mean over (2 radius + 1)^2 pixels; `"reflect"` or `"symmetric"` border, see `layers.box_filter`."""
        ...

    def resize(self, images: Images, rows: Matrix, columns: Matrix) -> Images:
        """Make each row of the result of rows by a row of weights, and columns likewise."""
        ...

    def neighbours(self, images: Images, axis: int, radius: int) -> list[Images]:
        """The 2 radius + 1 samples around each one along axis 0 (up to down) or 1; zeros beyond the border."""
        ...

    def ones(self, images: Images) -> Images:
        """One channel of ones, of the same height and width."""
        ...

    def magnitude(self, images: Images) -> Images:
        """Absolute values."""
        ...

    def sigmoid(self, images: Images) -> Images:
        """1 / (1 + exp(-v))."""
        ...


def code(operations: Operations, stack: Stack, first: Images, later: Images | None = None) -> Images:
    """Code of an image by a stack of units.

    Args:
        operations: who computes.
        stack: the units.
        first: what the first unit sees.
        later: what all others see; the same by default.
    """
    later = first if later is None else later
    found = None  # Only the first unit has no decoder.
    for unit in stack.units:
        if unit.decoder is None:
            found = operations.convolve(first, unit.encoder)
        else:
            kept = found if unit.gain is None else operations.scale(found, unit.gain)
            found = kept + operations.convolve(later - operations.convolve(found, unit.decoder), unit.encoder)
        found = _shrink(operations, found, unit.shrinkage)
    return found if stack.scale is None else operations.scale(found, stack.scale)


def _shrink(operations, images, shrinkage):
    if isinstance(shrinkage, SoftThreshold):
        return operations.soft_threshold(images, shrinkage.threshold)
    return operations.two_slopes(images, shrinkage.positive, shrinkage.negative)
