"""LiteRT files in fewer bits.

What is quantised are the convolutions that hold learned weights: nearly all bytes and nearly all work. Luma,
resampling, saliency and blending stay in float: they take little room, and their errors are seen at once.
"""

import contextlib
import io
import os
import re
import warnings
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from ai_edge_litert.tools import flatbuffer_utils
from ai_edge_quantizer import qtyping
from ai_edge_quantizer.algorithm_manager import AlgorithmName
from ai_edge_quantizer.calibrator import CalibrationMode
from ai_edge_quantizer.quantizer import Quantizer

from cscfuse_keras.errors import ModelError
from cscfuse_keras.export.scenes import Images
from cscfuse_keras.export.source import SIGNATURE

_CONVOLUTION = qtyping.TFLOperationName.CONV_2D
# Numbers in a kernel that is worth it; kernels of resampling and of shifts are larger, but mostly zeros.
_SMALLEST_KERNEL = 32

_HALF = qtyping.OpQuantizationConfig(
    weight_tensor_config=qtyping.TensorQuantizationConfig(num_bits=16, dtype=qtyping.TensorDataType.FLOAT),
    compute_precision=qtyping.ComputePrecision.FLOAT,
    explicit_dequantize=True,
)


def quantized(
    content: bytes,
    quantization: str,
    good_enough: Callable[[bytes], bool],
    quality: Callable[[bytes], float],
    calibration: Sequence[Images] = (),
) -> bytes:
    """Quantise a file's learned convolutions, all of them if that is good enough.

    If it is not, convolutions stay in float, one after the other, those first that do most harm.

    Args:
        content: of a float file with the names of its tensors, made without rescaled codes (see
            `cscfuse_keras.deployment.folding.fold_stack`): their scales differ by orders of magnitude.
        quantization: `"float16"`: weights in half precision; `"weights"`: in 8 bits; both are computed with in float32.
            `"dynamic"`: weights in 8 bits, and images, by the range found in each; `"int8"`: by ranges that
            calibration found.
        good_enough: whether a file's results are.
        quality: of a file's results; larger is better.
        calibration: inputs, for `"int8"`.

    Returns:
        The quantised file; the last one tried if none is good enough.

    Raises:
        ModelError: the file has no learned convolutions.
    """
    quantizer = _Quantization(content, quantization, calibration)
    result = quantizer.of(quantizer.kernels)
    if good_enough(result):
        return result
    by_harm = sorted(quantizer.kernels, key=lambda kernel: quality(quantizer.of([kernel])))
    for count in range(1, len(by_harm)):
        result = quantizer.of(by_harm[count:])
        if good_enough(result):
            break
    return result


class _Quantization:
    """Attributes: kernels: names of the convolutions that share one, for each learned kernel."""

    def __init__(self, content: bytes, quantization: str, calibration: Sequence[Images]):
        self._content, self._quantization = content, quantization
        self.kernels = _learned_kernels(content)
        if not self.kernels:
            raise ModelError(
                f"quantize: expected convolutions of at least {_SMALLEST_KERNEL} weights, found none; export in float"
            )
        self._ranges = None
        if quantization == "int8":
            data = {SIGNATURE: [dict(images) for images in calibration]}
            mode = CalibrationMode.CALIBRATION_PROFILER_BASED
            with _quiet():
                self._ranges = self._quantizer(self.kernels).calibrate(data, num_threads=os.cpu_count() or 1, mode=mode)

    def of(self, kernels: Iterable[tuple[str, ...]]) -> bytes:
        """The file with some kernels quantised."""
        with _quiet():
            quantizer = self._quantizer(kernels)
            result = quantizer.quantize(self._ranges, enable_progress_bar=False, enable_progress_report=False)
        return bytes(result.quantized_model)

    def _quantizer(self, kernels):
        names = "|".join(re.escape(name) for names in kernels for name in names)
        # The quantiser puts a semicolon behind a name.
        scope = f"^({names});?$"
        quantizer = Quantizer(bytearray(self._content))
        if self._quantization == "float16":
            quantizer.update_quantization_recipe(scope, _CONVOLUTION, _HALF, AlgorithmName.FLOAT_CASTING)
        elif self._quantization == "weights":
            quantizer.add_weight_only_config(scope, _CONVOLUTION, 8)
        elif self._quantization == "dynamic":
            quantizer.add_dynamic_config(scope, _CONVOLUTION, 8)
        else:
            quantizer.add_static_config(scope, _CONVOLUTION, 8, 8)
        return quantizer


def _learned_kernels(content: bytes) -> list[tuple[str, ...]]:
    """Names of the convolutions of each kernel: a network that sees several images has its kernels in one place."""
    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    kernels: dict[int, list[str]] = {}
    for graph in model.subgraphs:
        for operator in graph.operators:
            if flatbuffer_utils.opcode_to_name(model, operator.opcodeIndex) != "CONV_2D":
                continue
            place = graph.tensors[operator.inputs[1]].buffer
            data = model.buffers[place].data
            values = np.empty(0) if data is None else data.view(np.float32)
            if values.size >= _SMALLEST_KERNEL and 2 * np.count_nonzero(values) > values.size:
                kernels.setdefault(place, []).append(graph.tensors[operator.outputs[0]].name.decode())
    return [tuple(names) for names in kernels.values()]


@contextlib.contextmanager
def _quiet():
    """Without the quantiser's progress bars and its warning of the memory that calibration takes."""
    with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
