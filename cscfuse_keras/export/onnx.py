"""Whole tasks as ONNX files."""

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import tensorflow as tf
import tf2onnx

from cscfuse_keras.export.parity import Images, Runner
from cscfuse_keras.export.source import OUTPUT, Source

_OPSET = 18


def write(source: Source, file: Path) -> None:
    """Write the file."""
    names = list(source.specifications)

    def fuse(*images):
        return source.fuse(**dict(zip(names, images, strict=True)))

    signature = list(source.specifications.values())
    model, _ = tf2onnx.convert.from_function(tf.function(fuse, autograph=False), signature, opset=_OPSET)
    onnx.save(model, file)


def runner(file: Path) -> Runner:
    """What computes by the file alone."""
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])

    def run(images: Images):
        return np.asarray(session.run([OUTPUT], dict(images))[0])

    return run


def operators(file: Path) -> Counter[str]:
    """Number of nodes of each type."""
    return Counter(node.op_type for node in onnx.load(file).graph.node)
