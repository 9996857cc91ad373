"""Parts of networks by OpenVINO."""

import collections
import functools
import threading

import numpy as np
import openvino
from openvino import opset13 as opset

from cscfuse_keras.deployment.openvino_operations import OpenVINOOperations
from cscfuse_keras.runtimes.engines import Compiled
from cscfuse_keras.runtimes.engines.small_images import with_small_images

_KEPT_SIZES = 4

# Compiling for one size takes as long as some images of it.
_WORTH_COMPILING = 4

_HINTS = {"float32": "f32", "bfloat16": "bf16"}


class OpenVINOEngine:
    """Computes on the processor.

    Args:
        threads: processor threads.
        precision: `"float32"` or `"bfloat16"`.
    """

    def __init__(self, threads: int, precision: str = "float32"):
        self._core = openvino.Core()
        self._settings = {
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": _HINTS[precision],
            "PERFORMANCE_HINT": "LATENCY",
        }
        version = openvino.get_version().split("-")[0]
        self.description = f"openvino {version}, {precision}, {threads} threads"

    def compile(self, part) -> Compiled:
        """Make a part of `cscfuse_keras.deployment.parts` ready to be called."""
        return with_small_images(_BySize(functools.partial(self._request, part), part.channels), part)

    def _request(self, part, shapes):
        """A compiled part for inputs of these shapes; -1 for any length."""
        inputs = [opset.parameter([1, *shape], np.float32) for shape in shapes]
        # Matrices stay as they are.
        planes = [
            opset.transpose(each, [0, 3, 1, 2]) if each.get_partial_shape().rank.get_length() == 4 else each
            for each in inputs
        ]
        results = [opset.transpose(result, [0, 2, 3, 1]) for result in part(OpenVINOOperations(), *planes)]
        model = openvino.Model(results, inputs, "part")  # pyright: ignore[reportGeneralTypeIssues]
        return self._core.compile_model(model, "CPU", self._settings).create_infer_request()


class _BySize:
    """Images of any size by one model; sizes that keep coming by one of their own, which is faster."""

    def __init__(self, request, channels):
        self._request = request
        self._any_shapes = [(-1, -1) if count is None else (-1, -1, count) for count in channels]
        self._for_any_size = None
        self._times_seen = collections.Counter()
        self._for_size = collections.OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, *arrays: np.ndarray) -> list[np.ndarray]:
        with self._lock:
            height, width = arrays[0].shape[:2]
            request = self._request_for(tuple(array.shape for array in arrays))
            channels = [output.get_partial_shape()[3].get_length() for output in request.model_outputs]
            results = [np.empty((1, height, width, count), np.float32) for count in channels]
            # Computed in place: memory of the request's own would be used again by its next image.
            for k, result in enumerate(results):
                request.set_output_tensor(k, openvino.Tensor(result, shared_memory=True))
            request.infer([array[np.newaxis] for array in arrays], share_inputs=True)
            return [result[0] for result in results]

    def _request_for(self, shapes):
        if shapes in self._for_size:
            self._for_size.move_to_end(shapes)
            return self._for_size[shapes]
        self._times_seen[shapes] += 1
        if self._times_seen[shapes] > _WORTH_COMPILING:
            self._for_size[shapes] = self._request(shapes)
            if len(self._for_size) > _KEPT_SIZES:
                del self._times_seen[self._for_size.popitem(last=False)[0]]
            return self._for_size[shapes]
        if self._for_any_size is None:
            self._for_any_size = self._request(self._any_shapes)
        return self._for_any_size
