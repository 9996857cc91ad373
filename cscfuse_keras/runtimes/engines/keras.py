"""Parts of networks by Keras, on any backend."""

import keras
import numpy as np

from cscfuse_keras.deployment.keras_operations import KerasOperations
from cscfuse_keras.errors import UsageError
from cscfuse_keras.runtimes.allocator import keep_large_blocks
from cscfuse_keras.runtimes.engines import Compiled


class KerasEngine:
    """Computes on the backend that Keras was started with.

    Args:
        threads: processor threads; what the backend takes by default.

    Raises:
        UsageError: the backend's threads cannot be set, or not any more.
    """

    def __init__(self, threads: int | None = None):
        keep_large_blocks()
        backend = keras.backend.backend()
        if threads is not None:
            _set_threads(backend, threads)
        self.description = f"keras {keras.__version__} on {backend}"

    def compile(self, part) -> Compiled:
        """Make a part of `cscfuse_keras.deployment.parts` ready to be called."""
        inputs = [keras.Input((None, None) if count is None else (None, None, count)) for count in part.channels]
        model = keras.Model(inputs, part(KerasOperations(), *inputs))
        # Compiling for every new image size would take longer than fusing one image.
        model.compile(jit_compile=False)

        def compute(*arrays: np.ndarray) -> list[np.ndarray]:
            results = model.predict_on_batch([array[np.newaxis] for array in arrays])
            return [result[0] for result in (results if isinstance(results, list) else [results])]

        return compute


def _set_threads(backend, threads):
    if backend == "torch":
        import torch

        torch.set_num_threads(threads)
    elif backend == "tensorflow":
        import tensorflow as tf

        try:
            tf.config.threading.set_intra_op_parallelism_threads(threads)
        except RuntimeError as problem:
            raise UsageError(
                "threads: expected to be set before TensorFlow computes anything, found it at work; set them first"
            ) from problem
    else:
        raise UsageError(
            f"threads: expected runtime openvino or litert, found Keras on {backend}, whose threads cannot be set; "
            "choose another runtime, or leave threads out"
        )
