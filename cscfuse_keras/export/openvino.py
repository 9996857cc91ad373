"""Whole tasks as OpenVINO files: .xml, and the weights beside it as .bin."""

import tempfile
from collections import Counter
from pathlib import Path

import openvino

from cscfuse_keras.export import onnx
from cscfuse_keras.export.parity import Images, Runner
from cscfuse_keras.export.source import OUTPUT, Source


def write(source: Source, file: Path) -> None:
    """Write both files, by way of ONNX.

    OpenVINO's reader of TensorFlow takes a scatter that adds, as in histograms, for one that overwrites.
    """
    with tempfile.TemporaryDirectory() as folder:
        converted = Path(folder) / "task.onnx"
        onnx.write(source, converted)
        openvino.save_model(openvino.convert_model(converted), file, compress_to_fp16=False)


def runner(file: Path) -> Runner:
    """What computes by the files alone."""
    compiled = openvino.Core().compile_model(file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def run(images: Images):
        return compiled(dict(images))[OUTPUT]

    return run


def operators(file: Path) -> Counter[str]:
    """Number of operations of each type."""
    return Counter(operation.get_type_name() for operation in openvino.Core().read_model(file).get_ops())
