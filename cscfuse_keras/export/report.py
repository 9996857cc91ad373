"""What is told of an exported file, beside it."""

import dataclasses
import importlib.metadata
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import keras

from cscfuse_keras.export.formats import distribution, packages_for
from cscfuse_keras.export.graphs import Graph
from cscfuse_keras.export.parity import Difference, Threshold
from cscfuse_keras.export.source import OUTPUT, SIGNATURE
from cscfuse_keras.models.presets import Preset

_BANDS = "bands in the order that the preset was trained on"
_CHANNELS = {
    "infrared": "grey, bright is warm",
    "visible": "RGB (sRGB)",
    "exposures": "RGB (sRGB), one exposure after the other, in any order",
    "low_resolution": _BANDS,
}


@dataclasses.dataclass(frozen=True)
class Report:
    """An exported file, and how near it comes to Keras.

    Attributes:
        artefact: name of the file or folder.
        format: as on the command line.
        quantization: as on the command line.
        preset: what was exported.
        graph: its graph.
        hashes: SHA-256 of each file, by its path in the folder.
        size: bytes, of all files together.
        operators: number of each kind.
        threshold: that was reached.
        differences: for each scene.
    """

    artefact: str
    format: str
    quantization: str
    preset: Preset
    graph: Graph
    hashes: Mapping[str, str]
    size: int
    operators: Counter[str]
    threshold: Threshold
    differences: Sequence[Difference]

    def line(self) -> str:
        """What is told on the screen."""
        largest, mean = (max(getattr(each, name) for each in self.differences) for name in ("largest", "mean"))
        psnr = "" if self.threshold.psnr is None else f", {min(each.psnr for each in self.differences):.1f} dB"
        return (
            f"{self.size / 1000:.1f} kB, from Keras at most {largest:.1e}, on average {mean:.1e}{psnr}; "
            f"{self.operators.total()} operators of {len(self.operators)} kinds"
        )

    def content(self) -> dict[str, Any]:
        """All of it, as plain data."""
        return {
            "artefact": self.artefact,
            "format": self.format,
            "quantization": self.quantization,
            "preset": {
                "name": self.preset.name,
                "task": self.preset.task,
                "network": self.preset.network,
                "sha256": self.preset.sha256,
            },
            "sha256": dict(self.hashes),
            "bytes": self.size,
            "smallest_side": self.graph.smallest,
            "signature": _signature(self.graph, self.preset.task),
            "parity": {
                "reference": f"Keras {keras.__version__} on {keras.backend.backend()}, drawn scenes",
                "threshold": self.threshold.plain(),
                "scenes": [_plain(each) for each in self.differences],
            },
            "operators": dict(self.operators.most_common()),
            "versions": _versions(self.format, self.quantization),
        }


def _signature(graph: Graph, task: str) -> dict[str, Any]:
    channels = {**_CHANNELS, "guide": "RGB" if graph.inputs.get("guide", ())[-1:] == (3,) else "as in training"}
    outputs = {OUTPUT: graph.output}
    channels[OUTPUT] = _BANDS if task == "msf" else "RGB (sRGB)"
    return {
        "name": SIGNATURE,
        "inputs": [_image(name, shape, channels[name]) for name, shape in graph.inputs.items()],
        "outputs": [_image(name, shape, channels[name]) for name, shape in outputs.items()],
    }


def _image(name: str, shape: Sequence[int | None], channels: str) -> Mapping[str, Any]:
    """A null in the shape is any length."""
    return {"name": name, "shape": list(shape), "dtype": "float32", "range": [0, 1], "channels": channels}


def _plain(difference: Difference) -> Mapping[str, Any]:
    # JSON has no infinity.
    return {**dataclasses.asdict(difference), "psnr": None if math.isinf(difference.psnr) else difference.psnr}


def _versions(export_format: str, quantization: str) -> dict[str, str]:
    used = (distribution(package) for package in packages_for(export_format, quantization))
    return {name: importlib.metadata.version(name) for name in ("cscfuse-keras", "keras", "numpy", *used)}
