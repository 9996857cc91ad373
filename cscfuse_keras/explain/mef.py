"""What the multi-exposure network did: codes of every exposure and level, and weights of the exposures."""

import keras
import numpy as np

from cscfuse_keras.explain.ivf_pyramid import level_name
from cscfuse_keras.explain.stacks import to_numpy, to_tensor, trace_stack, units_of
from cscfuse_keras.explain.traces import ChannelGroup, Contributions, StackTrace, Trace, WeightMap
from cscfuse_keras.fusion.blend_pyramids import blend_pyramids
from cscfuse_keras.fusion.exposure_weights import exposure_weights
from cscfuse_keras.layers.pyramid import halve
from cscfuse_keras.models.mef import blends_pyramids
from cscfuse_keras.tasks.colour import luma

_PYRAMIDS = (
    "The fused picture is the sum over the exposures of their pyramids' bands times their weights. Brightness (luma) "
    "is looked at. The weights depend on all exposures; they are taken as they came out."
)
_PIXELS = (
    "The fused picture's brightness (luma) is, pixel by pixel, the sum of the exposures' times their weights. The "
    "weights depend on all exposures; they are taken as they came out. Colour is merged by a fixed rule, by distance "
    "from grey, and is not counted here."
)


def trace_stacks(model: keras.Model, inputs: np.ndarray) -> list[StackTrace]:
    """The coder's stack at every level, finest first, all exposures side by side."""
    levels = _levels(model, inputs)
    units = units_of(model.get_layer("mapper").get_layer("coder"))
    names, groups = _names(inputs), [ChannelGroup("luma", (0,))]
    return [
        trace_stack(
            units, luma(level)[..., np.newaxis], level_name(k, len(levels)), "coder", names, groups, fields=k == 0
        )
        for k, level in enumerate(levels)
    ]


def trace(model: keras.Model, inputs: np.ndarray) -> Trace:
    """What the fusion model did with exposures; see `cscfuse_keras.explain.trace`."""
    stacks, levels, names = trace_stacks(model, inputs), _levels(model, inputs), _names(inputs)
    found = model.get_layer("mapper")([to_tensor(level) for level in levels], training=False)
    maps = [to_numpy(part)[np.newaxis] for part in (found if isinstance(found, list) else [found])]
    shares = [to_numpy(exposure_weights(to_tensor(part)))[0, ..., 0] for part in maps]
    weights = [
        WeightMap(f"band of {stack.name}" if len(levels) > 1 else "luma", name, part[k], (0.0, 1.0))
        for stack, part in zip(stacks, shares, strict=True)
        for k, name in enumerate(names)
    ]
    if blends_pyramids(model):
        greys = [luma(level)[np.newaxis, ..., np.newaxis] for level in levels]
        gain = model.get_layer("blend").detail_gain
        parts = [to_numpy(blend_pyramids([_only(grey, k) for grey in greys], maps, gain))[0] for k in range(len(names))]
    else:
        parts = shares[0][..., np.newaxis] * luma(levels[0])[..., np.newaxis]
    fused = to_numpy(model(to_tensor(inputs), training=False))[0]
    definition = _PYRAMIDS if blends_pyramids(model) else _PIXELS
    grey = luma(fused)[..., np.newaxis]
    own = {name: (k,) for k, name in enumerate(names)}
    contributions = Contributions(names, np.stack(list(parts)), 0.0, grey, own, definition)
    return Trace("mef", dict(zip(names, inputs[0], strict=True)), fused, stacks, {}, weights, contributions)


def _names(inputs) -> tuple[str, ...]:
    return tuple(f"exposure {k + 1}" for k in range(inputs.shape[1]))


def _levels(model, inputs) -> list[np.ndarray]:
    """Gaussian pyramids of all exposures, finest first, each (exposures, height, width, 3)."""
    levels = [inputs[0]]
    for _ in model.get_layer("mapper").inputs[1:]:
        levels.append(to_numpy(halve(levels[-1])))
    return levels


def _only(level: np.ndarray, kept: int) -> np.ndarray:
    """A level (1, exposures, ...) with black in place of all other exposures."""
    part = np.zeros_like(level)
    part[:, kept] = level[:, kept]
    return part
