"""Whole tasks as SavedModel folders, which TensorFlow serves without this package."""

from collections import Counter
from pathlib import Path

import tensorflow as tf

from cscfuse_keras.export.parity import Images, Runner
from cscfuse_keras.export.source import OUTPUT, SIGNATURE, Source


def write(source: Source, folder: Path) -> None:
    """Write the folder."""
    module, function = source.traced()
    tf.saved_model.save(module, str(folder), signatures={SIGNATURE: function})


def runner(folder: Path) -> Runner:
    """What computes by the folder alone."""
    serve = tf.saved_model.load(str(folder)).signatures[SIGNATURE]

    def run(images: Images):
        return serve(**{name: tf.constant(image) for name, image in images.items()})[OUTPUT].numpy()

    return run


def operators(folder: Path) -> Counter[str]:
    """Number of TensorFlow operations of each kind."""
    serve = tf.saved_model.load(str(folder)).signatures[SIGNATURE]
    graph = serve.graph.as_graph_def()
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    return Counter(node.op for node in nodes)
