"""What the infrared-visible pyramid network did: joint codes of every level, weights of the pyramids' bands."""

from collections.abc import Mapping

import keras
import numpy as np

from cscfuse_keras.explain.stacks import to_numpy, to_tensor, trace_stack, units_of
from cscfuse_keras.explain.traces import ChannelGroup, Contributions, StackTrace, Trace, WeightMap
from cscfuse_keras.fusion.blend_pair import band_weights, limit_softly, pixel_weights, weighted_sum, with_contrast
from cscfuse_keras.layers.pyramid import halve

SOURCES = "infrared", "visible"

_DEFINITION = (
    "The fused picture is mid-grey, plus the bands of each source's pyramid times their weights, plus the detail "
    "decoded from the codes: a sum. Contrast is one factor on all of it, and the soft limits near black and white are "
    "shared out in proportion. The weights depend on both pictures; they are taken as they came out."
)


def trace_stacks(model: keras.Model, inputs: Mapping[str, np.ndarray]) -> list[StackTrace]:
    """The coder's stack at every level, finest first."""
    return _follow(model, _levels(model, inputs))[0]


def trace(model: keras.Model, inputs: Mapping[str, np.ndarray]) -> Trace:
    """What the fusion model did with a pair; see `cscfuse_keras.explain.trace`."""
    levels = _levels(model, inputs)
    stacks, maps, pixel_maps = _follow(model, levels)
    band_weight_maps = [to_numpy(band_weights(to_tensor(found[..., :2]))) for found in maps]
    weights = [
        WeightMap(f"band of {stack.name}", name, weight[0, ..., k], (0.0, 2.0))
        for stack, weight in zip(stacks, band_weight_maps, strict=True)
        for k, name in enumerate(SOURCES)
    ]
    pixels = to_numpy(pixel_weights(to_tensor(pixel_maps)))
    weights += [WeightMap("pixels", name, pixels[0, ..., k], (-1.0, 1.0)) for k, name in enumerate(SOURCES)]
    fused = to_numpy(model({name: to_tensor(inputs[name]) for name in SOURCES}, training=False))[0]
    plain = [_without_detail(found) for found in maps]
    parts = [_sum_of([_only(level, k) for level in levels], plain, pixel_maps) for k in range(2)]
    parts.append(_sum_of([np.full_like(level, 0.5) for level in levels], maps, pixel_maps))
    return Trace(
        "ivf_pyramid",
        {name: inputs[name][0] for name in SOURCES},
        fused,
        stacks,
        {},
        weights,
        Contributions(
            (*SOURCES, "decoded codes"),
            _toned(np.stack(parts), model.get_layer("blend").contrast),
            0.5,
            fused,
            {name: (k,) for k, name in enumerate(SOURCES)},
            _DEFINITION,
        ),
    )


def _levels(model, inputs) -> list[np.ndarray]:
    """Gaussian pyramid of both images as channels, finest first."""
    levels = [np.concatenate([inputs[name] for name in SOURCES], axis=-1)]
    for _ in model.get_layer("weigher").inputs[1:]:
        levels.append(to_numpy(halve(levels[-1])))
    return levels


def _follow(model, levels):
    """Stacks, maps of the levels, and maps of the pixels."""
    weigher = model.get_layer("weigher")
    seen = [weigher.get_layer(f"image_{k}").output for k in range(len(levels))]
    followed = keras.Model(weigher.inputs, [*seen, *weigher.outputs])
    found = [to_numpy(part) for part in followed([to_tensor(level) for level in levels], training=False)]
    images, (*maps, pixel_maps) = found[: len(levels)], found[len(levels) :]
    units = units_of(weigher.get_layer("coder"))
    groups = [ChannelGroup(name, (k,)) for k, name in enumerate(SOURCES)]
    stacks = [
        trace_stack(units, image, level_name(k, len(levels)), "coder", ("pair",), groups, fields=k == 0)
        for k, image in enumerate(images)
    ]
    return stacks, maps, pixel_maps


def level_name(number: int, count: int) -> str:
    """A level's name, numbered from 1 on for the finest."""
    end = {0: " (finest)", count - 1: " (coarsest)"}.get(number, "") if count > 1 else ""
    return f"level {number + 1}{end}"


def _only(level: np.ndarray, kept: int) -> np.ndarray:
    """A level with mid-grey, which counts nothing, in place of the other image."""
    level = level.copy()
    level[..., 1 - kept] = 0.5
    return level


def _without_detail(maps: np.ndarray) -> np.ndarray:
    return np.concatenate([maps[..., :2], np.zeros_like(maps[..., 2:])], axis=-1)


def _sum_of(levels, maps, pixel_maps) -> np.ndarray:
    return to_numpy(weighted_sum(levels, maps, pixel_maps))


def _toned(parts: np.ndarray, contrast: float) -> np.ndarray:
    """Parts (parts, 1, height, width, 1) of the sum before contrast and soft limits as parts of the result."""
    total = parts.sum(axis=0)
    before = to_numpy(with_contrast(to_tensor(total), contrast))
    after = to_numpy(limit_softly(to_tensor(0.5 + before))) - 0.5
    flat = np.abs(total) < 1e-6
    factor = np.where(
        flat, np.sum(before * total) / max(np.sum(total * total), 1e-12), after / np.where(flat, 1, total)
    )
    return (parts * factor)[:, 0]
