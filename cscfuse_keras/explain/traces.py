"""What a fusion network did with its inputs, as arrays with names."""

import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

Box = tuple[int, int, int, int]
"""Left, top, width and height, in pixels."""


@dataclasses.dataclass(frozen=True)
class ChannelGroup:
    """Channels of the image that a stack codes which are looked at together.

    Attributes:
        name: what they show.
        channels: their numbers.
        scale: the channels are squares of scale x scale finer pixels, as `cscfuse_keras.layers.SpaceToDepth` orders
            them.
    """

    name: str
    channels: tuple[int, ...]
    scale: int = 1

    def picture(self, values: np.ndarray) -> np.ndarray:
        """Mean over the group's channels of (..., height, width, channels), finer pixels in their places."""
        *leading, height, width, _ = values.shape
        chosen = values[..., list(self.channels)].reshape(*leading, height, width, self.scale, self.scale, -1).mean(-1)
        return np.swapaxes(chosen, -3, -2).reshape(*leading, height * self.scale, width * self.scale)


@dataclasses.dataclass(frozen=True, eq=False)
class UnitTrace:
    """What one dictionary convolutional unit did: z' = f(z + Conv1(x - Conv0(z))).

    Attributes:
        name: of the layer.
        activation: f, as the unit's setting names it.
        image: x, (items, height, width, image channels).
        residual: x - Conv0(z), what the code that the unit was given leaves unexplained; shape of `image`.
        code: z', (items, height, width, code channels).
        threshold: of soft thresholding, (code channels,); None for other activations.
        slope: of PReLU below zero, (code channels,); None for other activations.
        atoms: dictionary, (code channels, side, side, image channels): what Conv0 paints for a one in one channel of
            the code at one pixel; None for a unit that starts from z = 0, which has no Conv0.
        transposition: cosine between Conv1 and the transpose of Conv0, which is 1 in ISTA; None without Conv0, or where
            either is several convolutions.
        receptive_field: (groups, side, side, code channels): by how much a channel of the code changes for a small
            change of the image around it, a mean over places in the first item; None where it was not measured.
    """

    name: str
    activation: str
    image: np.ndarray
    residual: np.ndarray
    code: np.ndarray
    threshold: np.ndarray | None
    slope: np.ndarray | None
    atoms: np.ndarray | None
    transposition: float | None
    receptive_field: np.ndarray | None

    @property
    def residual_norm(self) -> float:
        """Euclidean norm of the residual in shares of the image's; NaN for an image of zeros."""
        size = float(np.linalg.norm(self.image))
        return float(np.linalg.norm(self.residual)) / size if size else float("nan")

    @property
    def sparsity(self) -> float:
        """Share of the code's numbers that are exactly zero."""
        return float(np.mean(self.code == 0))

    @property
    def energy(self) -> float:
        """Sum over channels of the code's squares, a mean over pixels."""
        return float(self.channel_energy.sum())

    @property
    def channel_energy(self) -> np.ndarray:
        """(code channels,): mean over items and pixels of the code's squares."""
        return np.mean(np.square(self.code, dtype=np.float64), axis=(0, 1, 2))

    @property
    def active_channels(self) -> int:
        """Number of channels that are not zero everywhere."""
        return int(self.code.any(axis=(0, 1, 2)).sum())

    @property
    def active_thresholds(self) -> int | None:
        """Number of thresholds above zero: the others cut nothing off. None without thresholds."""
        return None if self.threshold is None else int((self.threshold > 0).sum())

    @property
    def reach(self) -> int | None:
        """Least distance in pixels, along rows or columns, that 90 % of the receptive field lie within."""
        if self.receptive_field is None:
            return None
        strength = np.abs(self.receptive_field).sum(axis=(0, 3))
        centre = len(strength) // 2
        rings = np.maximum(*np.abs(np.indices(strength.shape) - centre))
        within = np.cumsum(np.bincount(rings.ravel(), strength.ravel()))
        return int(np.argmax(within >= 0.9 * within[-1]))


@dataclasses.dataclass(frozen=True, eq=False)
class StackTrace:
    """Units that code one image after each other.

    Attributes:
        name: which image they code.
        coder: of the units; stacks of one coder share all weights, and code different images with them.
        items: names of the images coded side by side, along the first axis.
        groups: what the images' channels are.
        units: in their order.
    """

    name: str
    coder: str
    items: tuple[str, ...]
    groups: tuple[ChannelGroup, ...]
    units: tuple[UnitTrace, ...]

    @property
    def residual_norms(self) -> tuple[float, ...]:
        """Of the units in their order; the first, without a code, is given the whole image: 1."""
        return tuple(unit.residual_norm for unit in self.units)

    @property
    def residuals_fall(self) -> bool:
        """Whether each unit is given a smaller residual than the one before."""
        norms = self.residual_norms
        return all(after < before for before, after in itertools.pairwise(norms))


@dataclasses.dataclass(frozen=True, eq=False)
class WeightMap:
    """How much a source counts, pixel by pixel.

    Attributes:
        title: what is weighed, such as a level.
        source: name of the source.
        values: (height, width).
        bounds: the least and the greatest weight that are possible.
    """

    title: str
    source: str
    values: np.ndarray
    bounds: tuple[float, float]


@dataclasses.dataclass(frozen=True)
class Share:
    """What a part gives to a region of the fused picture.

    Attributes:
        name: of the part.
        brightness: what it adds to the region's mean, in shares of full scale.
        variation: share of the region's variance (of structure and contrast): cov(part, sum) / var(sum), which add up
            to 1 over the parts; NaN for a region without variance, as one pixel.
    """

    name: str
    brightness: float
    variation: float


@dataclasses.dataclass(frozen=True, eq=False)
class Contributions:
    """The fused picture as a sum: constant + parts.

    Attributes:
        names: of the parts.
        parts: (parts, height, width, channels).
        constant: what no part is responsible for.
        fused: (height, width, channels), as the network gave it.
        compared: the sources that are held against each other, by name: the numbers of their parts.
        definition: how the parts are found, in words.
    """

    names: tuple[str, ...]
    parts: np.ndarray
    constant: float
    fused: np.ndarray
    compared: Mapping[str, tuple[int, ...]]
    definition: str

    @property
    def remainder(self) -> float:
        """Largest difference between the fused picture and the sum."""
        return float(np.abs(self.fused - self.constant - self.parts.sum(axis=0)).max())

    @property
    def share_maps(self) -> np.ndarray:
        """(sources, height, width): the compared sources' shares, which add up to 1 at every pixel.

        Shares of the size of their parts, that is of absolute values; equal where all are zero.
        """
        sizes = np.stack([np.abs(self.parts[list(own)].sum(axis=0)).mean(axis=-1) for own in self.compared.values()])
        total = sizes.sum(axis=0)
        return np.where(total > 0, sizes / np.where(total > 0, total, 1), 1 / len(sizes))

    def shares(self, box: Box) -> list[Share]:
        """What each part gives to a box, which lies in the picture."""
        return _shares(self.names, self.parts, self.fused, box)

    def source_shares(self, box: Box) -> list[Share]:
        """What each compared source gives to a box, of the sum of what they all give."""
        parts = np.stack([self.parts[list(own)].sum(axis=0) for own in self.compared.values()])
        return _shares(tuple(self.compared), parts, parts.sum(axis=0), box)


@dataclasses.dataclass(frozen=True, eq=False)
class Trace:
    """What a fusion network did with its inputs.

    Attributes:
        network: its name in `cscfuse_keras.models.networks.NETWORKS`.
        sources: its inputs by name, each (height, width, channels).
        fused: (height, width, channels), as the network gave it.
        stacks: of units.
        split: parts that the network splits images into, by name, each (height, width, channels).
        weights: how much the sources count.
        contributions: which source gave how much.
    """

    network: str
    sources: Mapping[str, np.ndarray]
    fused: np.ndarray
    stacks: Sequence[StackTrace]
    split: Mapping[str, np.ndarray]
    weights: Sequence[WeightMap]
    contributions: Contributions

    @property
    def coders(self) -> list[StackTrace]:
        """One stack for each set of weights: the finest level's."""
        return first_of_coders(self.stacks)


def first_of_coders(stacks: Iterable[StackTrace]) -> list[StackTrace]:
    """The first stack of each coder."""
    first: dict[str, StackTrace] = {}
    for stack in stacks:
        first.setdefault(stack.coder, stack)
    return list(first.values())


def _shares(names: Sequence[str], parts: np.ndarray, total: np.ndarray, box: Box) -> list[Share]:
    left, top, width, height = box
    window = np.s_[top : top + height, left : left + width]
    whole = _centred(total[window])
    variance = float(np.mean(whole**2))
    return [
        Share(
            name,
            float(part[window].mean()),
            float(np.mean(_centred(part[window]) * whole)) / variance if variance > 1e-12 else float("nan"),
        )
        for name, part in zip(names, parts, strict=True)
    ]


def _centred(values: np.ndarray) -> np.ndarray:
    """Values (height, width, channels) less each channel's mean, in double precision."""
    return values - values.mean(axis=(0, 1), dtype=np.float64)
