"""What the page of `cscfuse serve` computes with: networks as LiteRT files, and what it must know of them.

Of pyramids only the coder is a file, as `cscfuse fuse` runs it: the page makes and merges the levels, so that pictures
of any size have the numbers of `cscfuse fuse`, in tiles, and weights can be shown. The multi-spectral task is local:
its files are those of `cscfuse export`, one for each number of bands, with the strength of the code as one more band.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from cscfuse_keras.deployment.folding import Convolution
from cscfuse_keras.deployment.operations import code
from cscfuse_keras.deployment.parts import CodeHeads, JointDetail, ivf_pyramid_parts, joint_part, mef_parts
from cscfuse_keras.deployment.tensorflow_operations import TensorFlowOperations
from cscfuse_keras.export import litert
from cscfuse_keras.export.graphs import Graph, graph_for
from cscfuse_keras.export.source import Source
from cscfuse_keras.models.ivf_pyramid import contrast_settings
from cscfuse_keras.models.mef import merge_settings
from cscfuse_keras.models.msf import settings_of
from cscfuse_keras.models.presets import load_preset

IVF, MEF = "ivf-lite", "mef-lite"
MSF = "msf-rgb-x4", "msf-pan-x4-4band", "msf-lite"
"""Presets, of `MSF` one for each number of bands: RGB, satellite pictures, 400 to 700 nm in steps of 10 nm."""

_USUAL = 64


def write_networks(folder: Path) -> None:
    """Write `PRESET.tflite` for each preset, and `networks.json` about them, by task.

    Args:
        folder: that exists.
    """
    facts = {
        "ivf": _write_ivf(IVF, folder),
        "mef": _write_mef(MEF, folder),
        "msf": [_write_msf(preset, folder) for preset in MSF],
    }
    (folder / "networks.json").write_text(json.dumps(facts, indent=1) + "\n")


def with_strength(coder: CodeHeads) -> CodeHeads:
    """The coder with one more map, the last: the mean magnitude of the code, around each pixel as far as it looks."""
    channels, maps = coder.heads.kernel.shape[2:]
    strength = np.zeros((1, 1, channels, maps), np.float32)
    if coder.strength_heads is not None:
        strength = coder.strength_heads.kernel
    mean = np.full((1, 1, channels, 1), 1 / channels, np.float32)
    heads = coder.heads.kernel, np.zeros_like(mean)
    bias = np.zeros(maps, np.float32) if coder.heads.bias is None else coder.heads.bias
    return dataclasses.replace(
        coder,
        heads=Convolution(np.concatenate(heads, -1), np.append(bias, np.float32(0))),
        strength_heads=Convolution(np.concatenate([strength, mean], -1)),
        # Without strength there is no window either; the least one keeps the reach small.
        radius=max(1, coder.radius),
    )


def joint_strength(part: JointDetail, low_resolution: Any, guide: Any, scale: int) -> Any:
    """The mean magnitude of the joint code, the same for all of the guide's pixels in one of low resolution."""
    operations = TensorFlowOperations()
    seen = tf.concat([low_resolution, tf.nn.space_to_depth(guide, scale)], -1)
    if part.linear is not None:
        seen = tf.concat([seen, operations.convolve(seen, part.linear)], -1)
    strength = tf.reduce_mean(operations.magnitude(code(operations, part.stack, seen)), -1, keepdims=True)
    return tf.nn.depth_to_space(tf.tile(strength, (1, 1, 1, scale**2)), scale)


def _write_ivf(preset: str, folder: Path) -> dict[str, Any]:
    fusion = load_preset(preset, "ivf").model
    coder, first_context = ivf_pyramid_parts(fusion)
    return {
        **_write_coder(coder, preset, folder),
        "levels": len(fusion.get_layer("weigher").inputs),
        "contrast": contrast_settings(fusion).contrast,
        "first_context": first_context.tolist(),
    }


def _write_mef(preset: str, folder: Path) -> dict[str, Any]:
    fusion = load_preset(preset, "mef").model
    return {
        **_write_coder(mef_parts(fusion), preset, folder),
        "levels": len(fusion.get_layer("mapper").inputs),
        "detail_gain": float(merge_settings(fusion).detail_gain),
    }


def _write_msf(preset: str, folder: Path) -> dict[str, Any]:
    loaded = load_preset(preset, "msf")
    settings, part = settings_of(loaded.model), joint_part(loaded.model)
    assert part is not None
    graph = graph_for(loaded)
    with_strength = Graph(
        graph.inputs,
        (*graph.output[:-1], settings.bands + 1),
        lambda low_resolution, guide: tf.concat(
            [
                graph.function(low_resolution=low_resolution, guide=guide),
                joint_strength(part, low_resolution, guide, settings.scale),
            ],
            -1,
        ),
    )
    low, guide = (_USUAL, _USUAL, settings.bands), (settings.scale * _USUAL,) * 2 + (settings.guide_channels,)
    litert.write(
        Source(with_strength, {"low_resolution": (1, *low), "guide": (1, *guide)}), folder / f"{preset}.tflite"
    )
    return {
        "preset": preset,
        "sha256": loaded.sha256,
        "bands": settings.bands,
        "guide_channels": settings.guide_channels,
        "scale": settings.scale,
        "reach": part.reach,
        "smallest": graph.smallest,
    }


def _write_coder(coder: CodeHeads, preset: str, folder: Path) -> dict[str, Any]:
    coder = with_strength(coder)
    (channels,), maps = coder.channels, coder.heads.kernel.shape[-1]
    graph = Graph(
        inputs={"image": (1, None, None, channels)},
        output=(1, None, None, maps),
        function=lambda image: coder(TensorFlowOperations(), image)[0],
        smallest=coder.smallest,
    )
    litert.write(Source(graph, {"image": (1, _USUAL, _USUAL, channels)}), folder / f"{preset}.tflite")
    return {
        "preset": preset,
        "sha256": load_preset(preset).sha256,
        "channels": channels,
        "maps": maps,
        "reach": coder.reach,
    }
