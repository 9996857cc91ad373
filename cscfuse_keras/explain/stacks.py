"""Stacks of units, followed unit by unit."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from cscfuse_keras.explain.traces import ChannelGroup, StackTrace, UnitTrace
from cscfuse_keras.layers import DictionaryConvolutionalUnit, SoftThreshold

_CHANGE = 0.01
_MOST_SITES = 8


def to_tensor(array: Any) -> Any:
    """An array as a tensor of Keras' backend."""
    return keras.ops.convert_to_tensor(array)


def to_numpy(tensor: Any) -> np.ndarray:
    """A tensor of Keras' backend as an array."""
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def units_of(model: keras.Model, prefix: str = "unit") -> list[DictionaryConvolutionalUnit]:
    """The layers `PREFIX_0`, `PREFIX_1`, ... of a model, in this order.

    Raises:
        ValueError: there is none.
    """
    layers = {layer.name: layer for layer in model.layers if isinstance(layer, DictionaryConvolutionalUnit)}
    units = []
    while unit := layers.get(f"{prefix}_{len(units)}"):
        units.append(unit)
    if not units:
        raise ValueError(f"expected layers {prefix}_0, ... in {model.name}")
    return units


def trace_stack(
    units: Sequence[DictionaryConvolutionalUnit],
    images: np.ndarray | Sequence[np.ndarray],
    name: str,
    coder: str,
    items: Sequence[str],
    groups: Sequence[ChannelGroup],
    fields: bool = True,
) -> StackTrace:
    """Code images, and keep what every unit was given and made of it.

    Args:
        units: in their order; the first starts without a code.
        images: (items, height, width, channels) that all units see, or one such array a unit.
        name: see `StackTrace`, as the next three.
        coder: name of the units.
        items: names of the images.
        groups: of their channels.
        fields: whether receptive fields are measured.
    """
    seen = [images] * len(units) if isinstance(images, np.ndarray) else list(images)
    measured = _receptive_fields(units, seen, groups) if fields else [None] * len(units)
    traces, code = [], None
    for unit, image, field in zip(units, seen, measured, strict=True):
        given = [to_tensor(part) for part in (image, code) if part is not None]
        residual, code = to_numpy(unit.residual(*given)), to_numpy(unit(*given, training=False))
        traces.append(
            UnitTrace(
                unit.name,
                unit.settings["activation"],
                image,
                residual,
                code,
                _threshold(unit, code.shape[-1]),
                _slope(unit, code.shape[-1]),
                atoms_of(unit),
                _transposition(unit),
                field,
            )
        )
    return StackTrace(name, coder, tuple(items), tuple(groups), tuple(traces))


def atoms_of(unit: DictionaryConvolutionalUnit) -> np.ndarray | None:
    """The dictionary of a unit's Conv0, see `UnitTrace.atoms`."""
    if not unit.decoder:
        return None
    channels, reach = unit.settings["code_channels"], len(unit.decoder) * _radius(unit)
    # So wide that no border mirrors the impulse into what is kept.
    side = 4 * reach + 3
    impulses = np.zeros((channels + 1, side, side, channels), np.float32)
    impulses[np.arange(channels), side // 2, side // 2, np.arange(channels)] = 1
    response = to_tensor(impulses)
    for convolution in unit.decoder:
        response = convolution(response)
    painted = to_numpy(response)
    kept = slice(side // 2 - reach, side // 2 + reach + 1)
    # The last one, of no impulse, is what biases paint.
    return (painted[:-1] - painted[-1:])[:, kept, kept]


def _threshold(unit, channels) -> np.ndarray | None:
    shrinkage = unit.shrinkage
    if not isinstance(shrinkage, SoftThreshold):
        return None
    threshold = to_numpy(shrinkage.threshold)
    return np.broadcast_to(np.maximum(threshold, 0) if shrinkage.nonnegative else threshold, (channels,)).copy()


def _slope(unit, channels) -> np.ndarray | None:
    if not isinstance(unit.shrinkage, keras.layers.PReLU):
        return None
    return np.broadcast_to(to_numpy(unit.shrinkage.alpha).ravel(), (channels,)).copy()


def _transposition(unit) -> float | None:
    if len(unit.decoder) != 1 or len(unit.encoder) != 1:
        return None
    encoder = to_numpy(unit.encoder[0].kernel)
    transposed = to_numpy(unit.decoder[0].kernel)[::-1, ::-1].transpose(0, 1, 3, 2)
    size = np.linalg.norm(encoder) * np.linalg.norm(transposed)
    return float(np.sum(encoder * transposed) / size) if size else None


def _radius(unit) -> int:
    return unit.settings["dilation"] * (unit.settings["kernel_size"] - 1) // 2


def _receptive_fields(units, images, groups) -> list[np.ndarray | None]:
    """Of the codes of all units, see `UnitTrace.receptive_field`.

    Pixels so far apart that no code sees two of them are changed at once, up and down.
    """
    reach = sum(_radius(unit) * (len(unit.encoder) + len(unit.decoder)) for unit in units)
    side = 2 * reach + 1
    height, width = images[0].shape[1:3]
    if min(height, width) < side:
        return [None] * len(units)
    rows, columns = (np.arange(min(length // side, _MOST_SITES)) * side + reach for length in (height, width))
    crop = np.s_[:1, : rows[-1] + reach + 1, : columns[-1] + reach + 1]
    fields: list[list[np.ndarray]] = [[] for _ in units]
    for group in groups:
        changed = []
        for sign in (1, -1):
            change = np.zeros_like(images[0][crop])
            change[np.ix_([0], rows, columns, list(group.channels))] = sign * _CHANGE
            changed.append([image[crop] + change for image in images])
        code = None
        for k, unit in enumerate(units):
            seen = np.concatenate([part[k] for part in changed])
            code = to_numpy(unit(*(to_tensor(part) for part in (seen, code) if part is not None), training=False))
            difference = (code[0] - code[1]) / (2 * _CHANGE)
            patches = difference.reshape(len(rows), side, len(columns), side, -1)
            # Mirrored: what a changed pixel does around it becomes what a code sees around it.
            fields[k].append(patches.mean(axis=(0, 2))[::-1, ::-1])
    return [np.stack(field) for field in fields]
