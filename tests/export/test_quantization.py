import numpy as np
import pytest
from ai_edge_litert.schema_py_generated import TensorType
from ai_edge_litert.tools import flatbuffer_utils

from cscfuse_keras.errors import ModelError
from cscfuse_keras.export.graphs import Graph
from cscfuse_keras.export.litert import converted, runner_of
from cscfuse_keras.export.quantization import quantized
from cscfuse_keras.export.source import Source

TYPES = {"float32": TensorType.FLOAT32, "float16": TensorType.FLOAT16, "int8": TensorType.INT8}


@pytest.fixture
def content(source):
    return converted(source)


def kernels_in(content, kind):
    """Numbers of values of the constants of four axes that have a type."""
    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    tensors = [tensor for graph in model.subgraphs for tensor in graph.tensors if tensor.type == TYPES[kind]]
    constants = [tensor.shape for tensor in tensors if model.buffers[tensor.buffer].data is not None]
    return sorted(int(np.prod(shape)) for shape in constants if len(shape) == 4)


def quality(image, content):
    expected = runner_of(content)(image)
    return lambda candidate: -float(np.abs(runner_of(candidate)(image) - expected).max())


@pytest.mark.parametrize(
    ("quantization", "kind", "largest"),
    [("float16", "float16", 1e-3), ("weights", "int8", 0.01), ("dynamic", "int8", 0.02), ("int8", "int8", 0.05)],
)
def test_learned_kernels_shrink_and_fixed_ones_stay(content, image, quantization, kind, largest):
    result = quantized(content, quantization, lambda candidate: True, quality(image, content), [image])
    assert kernels_in(content, "float32") == [72, 72, 576]
    assert kernels_in(result, kind) == [72, 72]
    assert kernels_in(result, "float32") == [576]
    error = -quality(image, content)(result)
    assert 0 < error < largest


def test_the_most_harmful_convolutions_stay_in_float(content, image):
    value = quality(image, content)
    of_all = value(quantized(content, "weights", lambda candidate: True, value))
    result = quantized(content, "weights", lambda candidate: value(candidate) > of_all, value)
    assert kernels_in(result, "int8") == [72]
    assert value(result) > of_all


def test_a_graph_with_nothing_learned_is_refused():
    graph = Graph({"image": (1, 4, 4, 1)}, (1, 4, 4, 1), lambda image: 2 * image)
    content = converted(Source(graph, {"image": (1, 4, 4, 1)}))
    with pytest.raises(ModelError, match="convolutions"):
        quantized(content, "weights", lambda candidate: True, lambda candidate: 0)
