"""What can be exported, and what that needs; quick to import, for the command line."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes:
        module: of this package, with `write`, `runner` and `operators`.
        suffix: of files; a folder has none.
        packages: that are imported for it.
    """

    module: str
    suffix: str
    packages: tuple[str, ...]


FORMATS = {
    "saved_model": Format("saved_model", "", ("tensorflow",)),
    "tflite": Format("litert", ".tflite", ("tensorflow", "ai_edge_litert")),
    "onnx": Format("onnx", ".onnx", ("tensorflow", "tf2onnx", "onnx", "onnxruntime")),
    "openvino": Format("openvino", ".xml", ("tensorflow", "tf2onnx", "onnx", "openvino")),
}

LEAST_PSNR = {"float16": 80.0, "weights": 55.0, "dynamic": 45.0, "int8": 38.0}
"""Decibels that quantised files reach against Keras."""

QUANTIZATIONS = ("none", *LEAST_PSNR)
"""Of tflite; the other formats are exported in float32."""


def packages_for(export_format: str, quantization: str) -> tuple[str, ...]:
    """Packages that are imported for a file."""
    packages = FORMATS[export_format].packages
    return packages if quantization == "none" else (*packages, "ai_edge_quantizer")


def distribution(package: str) -> str:
    """Name that a package is installed by."""
    return package.replace("_", "-")
