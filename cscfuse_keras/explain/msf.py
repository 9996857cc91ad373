"""What the multi-spectral network did: codes of both images, side by side or joint, and the detail they stand for."""

from collections.abc import Mapping

import keras
import numpy as np

from cscfuse_keras.explain.stacks import to_numpy, to_tensor, trace_stack, units_of
from cscfuse_keras.explain.traces import ChannelGroup, Contributions, StackTrace, Trace
from cscfuse_keras.layers.resize import enlarge, shrink
from cscfuse_keras.models.msf import settings_of

SOURCES = "low_resolution", "guide"
PARTS = ("low resolution, enlarged", "low resolution, sharpened without the guide's detail", "the guide's detail")

_DEFINITION = (
    "The network is run twice: as it is, and with a guide whose detail, finer than the pixels of low resolution, is "
    "smoothed away. The difference is the guide's. What the second run adds to the enlarged image of low resolution is "
    "counted as its own, though the smoothed guide took part. A mean over the bands."
)


def trace_stacks(model: keras.Model, inputs: Mapping[str, np.ndarray]) -> list[StackTrace]:
    """The stacks of the guide, of low resolution, and of both together, as far as the network has them."""
    settings = settings_of(model)
    low_bands = ChannelGroup("low resolution, mean of the bands", tuple(range(settings.bands)))
    guide_bands = ChannelGroup("guide", tuple(range(settings.guide_channels)))
    stacks = []
    if settings.units:
        for branch, group in zip(SOURCES, (low_bands, guide_bands), strict=True):
            stacks.append(_stack(model, inputs, branch, (branch,), [group]))
    if settings.joint_units:
        squares = settings.bands + np.arange(settings.scale**2 * settings.guide_channels)
        groups = [low_bands, ChannelGroup("guide", tuple(map(int, squares)), settings.scale)]
        stacks.append(_stack(model, inputs, "joint", ("both images",), groups))
    return stacks


def trace(model: keras.Model, inputs: Mapping[str, np.ndarray]) -> Trace:
    """What the network did with an image and its guide; see `cscfuse_keras.explain.trace`."""
    settings = settings_of(model)
    enlarged = to_numpy(enlarge(inputs["low_resolution"], settings.scale, settings.grid))[0]
    smooth = enlarge(shrink(inputs["guide"], settings.scale, settings.grid), settings.scale, settings.grid)
    fused, unguided = (_fused(model, inputs["low_resolution"], guide) for guide in (inputs["guide"], smooth))
    parts = np.stack([enlarged, unguided - enlarged, fused - unguided]).mean(axis=-1, keepdims=True)
    return Trace(
        "msf",
        {name: inputs[name][0] for name in SOURCES},
        fused,
        trace_stacks(model, inputs),
        {"low resolution, enlarged": enlarged, "what the network adds": fused - enlarged},
        [],
        Contributions(
            PARTS,
            parts,
            0.0,
            fused.mean(axis=-1, keepdims=True),
            {"low resolution, sharpened": (1,), "the guide's detail": (2,)},
            _DEFINITION,
        ),
    )


def _stack(model, inputs, branch, items, groups) -> StackTrace:
    units = units_of(model, f"{branch}_unit")
    first = units[0].input
    seen = keras.Model(model.input, first)({name: to_tensor(inputs[name]) for name in SOURCES}, training=False)
    return trace_stack(units, to_numpy(seen), branch.replace("_", " "), branch, items, groups)


def _fused(model, low_resolution, guide) -> np.ndarray:
    given = {"low_resolution": to_tensor(low_resolution), "guide": to_tensor(guide)}
    return to_numpy(model(given, training=False))[0]
