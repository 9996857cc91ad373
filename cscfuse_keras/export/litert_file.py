"""What is changed in a LiteRT file after its conversion: it gets smaller, and its numbers stay.

Half of a converted task is not weights but names, and shapes and options that are written anew for every tensor and
operator though few differ.
"""

from collections.abc import Mapping
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert.tools import flatbuffer_utils

_IDENTIFIER = b"TFL3"
# The format asks for weights at multiples of so many bytes.
_ALIGNMENT = 16


def with_usual_shapes(content: bytes, usual: Mapping[str, tuple[int, ...]]) -> bytes:
    """Let inputs of any height and width begin with usual ones.

    Converters write 1 for what is left open. Interpreters make room for that size first, some before they can be told
    another, and fail where a border is reflected or an image halved.

    Args:
        content: of the file.
        usual: shape of each input by name.
    """
    model = _read(content)
    for signature in model.signatureDefs:
        for each in signature.inputs:
            tensor = model.subgraphs[signature.subgraphIndex].tensors[each.tensorIndex]
            tensor.shape = np.array(usual[each.name.decode()], np.int32)
    return _packed(model)


def compact(content: bytes) -> bytes:
    """Leave out the names of tensors inside, and write what is equal once."""
    model = _read(content)
    for graph in model.subgraphs:
        ends = {*graph.inputs, *graph.outputs}
        for index, tensor in enumerate(graph.tensors):
            if index not in ends:
                tensor.name = None
            if tensor.quantization is not None and tensor.quantization.scale is None:
                tensor.quantization = None
        graph.tensors = [tensor if tensor.quantization is not None else _Once(tensor) for tensor in graph.tensors]
        for operator in graph.operators:
            if operator.builtinOptions is not None:
                operator.builtinOptions = _Once(operator.builtinOptions)
    return _packed(model)


class _Once:
    """A table of plain fields that is written once, however often it occurs."""

    def __init__(self, table: Any):
        self._table = table

    def Pack(self, builder: "_Builder") -> int:
        fields = vars(self._table).values()
        key = type(self._table), *(each.tobytes() if isinstance(each, np.ndarray) else each for each in fields)
        if key not in builder.places:
            builder.places[key] = self._table.Pack(builder)
        return builder.places[key]


class _Builder(flatbuffers.Builder):
    """Writes equal vectors once, and bytes, which are weights, aligned."""

    def __init__(self):
        super().__init__(1024)
        self.places = {}

    def CreateNumpyVector(self, x: np.ndarray) -> int:
        key = x.dtype.str, x.tobytes()
        if key not in self.places:
            self.places[key] = self._aligned(key[1]) if x.dtype == np.uint8 else super().CreateNumpyVector(x)
        return self.places[key]

    def _aligned(self, content: bytes) -> int:
        self.StartVector(1, len(content), _ALIGNMENT)
        self.head -= len(content)
        self.Bytes[self.head : self.head + len(content)] = content
        return self.EndVector()


def _read(content: bytes):
    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    for buffer in model.buffers:
        if buffer.offset:
            # The quantiser puts the weights of large files behind their tables.
            buffer.data = np.frombuffer(content, np.uint8, buffer.size, buffer.offset)
            buffer.offset = buffer.size = 0
    return model


def _packed(model) -> bytes:
    builder = _Builder()
    builder.Finish(model.Pack(builder), file_identifier=_IDENTIFIER)
    return bytes(builder.Output())
