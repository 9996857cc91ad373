"""Whole tasks as LiteRT (TFLite) files, of builtin operators alone."""

import os
from collections import Counter
from pathlib import Path

import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from ai_edge_litert.tools import flatbuffer_utils

from cscfuse_keras.export.litert_file import compact, with_usual_shapes
from cscfuse_keras.export.parity import Images, Runner
from cscfuse_keras.export.source import OUTPUT, SIGNATURE, Source


def write(source: Source, file: Path) -> None:
    """Write the file, in float32."""
    file.write_bytes(compact(converted(source)))


def converted(source: Source) -> bytes:
    """The file's content with names of tensors, as quantisation needs them."""
    module, function = source.traced()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], module)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    return with_usual_shapes(converter.convert(), source.usual)


def runner(file: Path) -> Runner:
    """What computes by the file alone."""
    return runner_of(file.read_bytes())


def runner_of(content: bytes) -> Runner:
    """What computes by the content of a file."""
    interpreter = Interpreter(model_content=content, num_threads=os.cpu_count())
    serve = interpreter.get_signature_runner(SIGNATURE)

    def run(images: Images):
        return serve(**images)[OUTPUT]

    return run


def operators(file: Path) -> Counter[str]:
    """Number of operators of each kind."""
    model = flatbuffer_utils.read_model(file)
    used = (operator for graph in model.subgraphs for operator in graph.operators)
    return Counter(str(flatbuffer_utils.opcode_to_name(model, operator.opcodeIndex)) for operator in used)
