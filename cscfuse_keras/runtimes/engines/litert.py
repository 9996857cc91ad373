"""Parts of networks by LiteRT."""

import collections
import importlib.metadata
import threading

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from cscfuse_keras.errors import EnvironmentProblem
from cscfuse_keras.runtimes.engines import Compiled
from cscfuse_keras.runtimes.engines.small_images import with_small_images

_KEPT_SIZES = 4


class LiteRTEngine:
    """Computes on the processor by XNNPACK, after conversion by TensorFlow.

    Args:
        threads: processor threads.
    """

    def __init__(self, threads: int):
        self._threads = threads
        self.description = f"litert {importlib.metadata.version('ai-edge-litert')}, {threads} threads"

    def compile(self, part) -> Compiled:
        """Make a part of `cscfuse_keras.deployment.parts` ready to be called."""
        return with_small_images(_BySize(_converted(part), self._threads), part)


class _BySize:
    def __init__(self, content, threads):
        self._content, self._threads = content, threads
        self._interpreters = collections.OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, *arrays: np.ndarray) -> list[np.ndarray]:
        with self._lock:
            interpreter = self._interpreter(tuple(array.shape for array in arrays))
            for index, array in zip(_ordered(interpreter.get_input_details()), arrays, strict=True):
                interpreter.set_tensor(index, array[np.newaxis])
            interpreter.invoke()
            return [interpreter.get_tensor(index)[0] for index in _ordered(interpreter.get_output_details())]

    def _interpreter(self, shapes):
        if shapes not in self._interpreters:
            interpreter = Interpreter(model_content=self._content, num_threads=self._threads)
            for index, shape in zip(_ordered(interpreter.get_input_details()), shapes, strict=True):
                interpreter.resize_tensor_input(index, (1, *shape))
            interpreter.allocate_tensors()
            self._interpreters[shapes] = interpreter
            if len(self._interpreters) > _KEPT_SIZES:
                self._interpreters.popitem(last=False)
        self._interpreters.move_to_end(shapes)
        return self._interpreters[shapes]


def _ordered(details):
    """Indices of inputs or outputs: their names are numbered; the file orders them as it likes."""
    return [detail["index"] for detail in sorted(details, key=lambda detail: detail["name"])]


def _converted(part) -> bytes:
    try:
        import tensorflow as tf
    except ImportError as problem:
        raise EnvironmentProblem(
            "runtime litert: expected TensorFlow, which converts networks for it, found none; "
            "pip install tensorflow, or choose openvino or keras"
        ) from problem
    from cscfuse_keras.deployment.tensorflow_operations import TensorFlowOperations

    inputs = [
        tf.TensorSpec((1, None, None) if count is None else (1, None, None, count), tf.float32, name=f"input_{k}")
        for k, count in enumerate(part.channels)
    ]
    function = tf.function(lambda *inputs: part(TensorFlowOperations(), *inputs), autograph=False)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function(*inputs)], function)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    return converter.convert()
