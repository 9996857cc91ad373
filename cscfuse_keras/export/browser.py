"""What the page of `cscfuse serve` computes with: networks as LiteRT files, and what it must know of them.

Of pyramids only the coder is a file, as `cscfuse fuse` runs it: the page makes and merges the levels, so that pictures
of any size have the numbers of `cscfuse fuse`, in tiles, and weights can be shown. The multi-spectral task is local:
its file is that of `cscfuse export`.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np

from cscfuse_keras.deployment.folding import Convolution
from cscfuse_keras.deployment.parts import CodeHeads, ivf_pyramid_parts, joint_part, mef_parts
from cscfuse_keras.deployment.tensorflow_operations import TensorFlowOperations
from cscfuse_keras.export import litert
from cscfuse_keras.export.graphs import Graph, graph_for
from cscfuse_keras.export.source import Source
from cscfuse_keras.models.ivf_pyramid import contrast_settings
from cscfuse_keras.models.mef import merge_settings
from cscfuse_keras.models.msf import settings_of
from cscfuse_keras.models.presets import load_preset

PRESETS = {"ivf": "ivf-lite", "mef": "mef-lite", "msf": "msf-pan-x4-4band"}
"""By task."""

_USUAL = 64


def write_networks(folder: Path) -> None:
    """Write `TASK.tflite` for each task, and `networks.json` about them.

    Args:
        folder: that exists.
    """
    facts = {task: write(preset, folder / f"{task}.tflite") for task, write, preset in _tasks()}
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


def _tasks():
    writers = {"ivf": _write_ivf, "mef": _write_mef, "msf": _write_msf}
    return [(task, writers[task], preset) for task, preset in PRESETS.items()]


def _write_ivf(preset: str, file: Path) -> dict[str, Any]:
    fusion = load_preset(preset, "ivf").model
    coder, first_context = ivf_pyramid_parts(fusion)
    return {
        **_write_coder(coder, preset, file),
        "levels": len(fusion.get_layer("weigher").inputs),
        "contrast": contrast_settings(fusion).contrast,
        "first_context": first_context.tolist(),
    }


def _write_mef(preset: str, file: Path) -> dict[str, Any]:
    fusion = load_preset(preset, "mef").model
    return {
        **_write_coder(mef_parts(fusion), preset, file),
        "levels": len(fusion.get_layer("mapper").inputs),
        "detail_gain": float(merge_settings(fusion).detail_gain),
    }


def _write_msf(preset: str, file: Path) -> dict[str, Any]:
    loaded = load_preset(preset, "msf")
    settings, part = settings_of(loaded.model), joint_part(loaded.model)
    assert part is not None
    graph = graph_for(loaded)
    low, guide = (_USUAL, _USUAL, settings.bands), (settings.scale * _USUAL,) * 2 + (settings.guide_channels,)
    litert.write(Source(graph, {"low_resolution": (1, *low), "guide": (1, *guide)}), file)
    return {
        "preset": preset,
        "sha256": loaded.sha256,
        "bands": settings.bands,
        "guide_channels": settings.guide_channels,
        "scale": settings.scale,
        "reach": part.reach,
        "smallest": graph.smallest,
    }


def _write_coder(coder: CodeHeads, preset: str, file: Path) -> dict[str, Any]:
    coder = with_strength(coder)
    (channels,), maps = coder.channels, coder.heads.kernel.shape[-1]
    graph = Graph(
        inputs={"image": (1, None, None, channels)},
        output=(1, None, None, maps),
        function=lambda image: coder(TensorFlowOperations(), image)[0],
        smallest=coder.smallest,
    )
    litert.write(Source(graph, {"image": (1, _USUAL, _USUAL, channels)}), file)
    return {
        "preset": preset,
        "sha256": load_preset(preset).sha256,
        "channels": channels,
        "maps": maps,
        "reach": coder.reach,
    }
