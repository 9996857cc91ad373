"""Graphs run by LiteRT."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def litert_of():
    """Convert a graph with builtin operators alone; gives a function from images, by name, to the fused image."""
    tf = pytest.importorskip("tensorflow")
    interpreters = pytest.importorskip("ai_edge_litert.interpreter")

    def convert(graph):
        module = tf.Module()
        function = tf.function(lambda **images: {"fused": graph.function(**images)}, autograph=False)
        specs = {name: tf.TensorSpec(shape, tf.float32, name=name) for name, shape in graph.inputs.items()}
        module.fuse = function.get_concrete_function(**specs)
        converter = tf.lite.TFLiteConverter.from_concrete_functions([module.fuse], module)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        interpreter = interpreters.Interpreter(model_content=converter.convert(), num_threads=1)
        serve = interpreter.get_signature_runner()

        def fuse(**images):
            fused = serve(**{name: np.ascontiguousarray(image[np.newaxis]) for name, image in images.items()})["fused"]
            assert all(known in (None, side) for known, side in zip(graph.output, fused.shape, strict=True))
            return fused[0]

        return fuse

    return convert
