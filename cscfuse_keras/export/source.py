"""A task's graph as what the converters take."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from cscfuse_keras.export.graphs import Graph

SIGNATURE = "serving_default"
OUTPUT = "fused"


@dataclasses.dataclass(frozen=True, eq=False)
class Source:
    """A graph, traced.

    Attributes:
        graph: the graph.
        usual: shape of each input by name, for runtimes that make room before they are told one.
    """

    graph: Graph
    usual: Mapping[str, tuple[int, ...]]

    @property
    def specifications(self) -> dict[str, tf.TensorSpec]:
        """What the inputs are, by name."""
        return {name: tf.TensorSpec(shape, tf.float32, name=name) for name, shape in self.graph.inputs.items()}

    def fuse(self, **images: Any) -> dict[str, Any]:
        """From tensors by the inputs' names to the fused image, by its name."""
        fused = self.graph.function(**images)
        fused.set_shape(self.graph.output)
        return {OUTPUT: fused}

    def traced(self) -> tuple[tf.Module, Any]:
        """A module that can be saved, and its function for inputs of any of the graph's shapes."""
        module = tf.Module()
        function = tf.function(self.fuse, autograph=False).get_concrete_function(**self.specifications)
        module.fuse = function
        return module, function
