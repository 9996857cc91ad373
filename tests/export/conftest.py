import numpy as np
import pytest
import tensorflow as tf

from cscfuse_keras.export.graphs import Graph
from cscfuse_keras.export.source import Source


@pytest.fixture
def source():
    """Convolutions with a learned, a fixed and again a learned kernel, for images of any size."""
    generator = np.random.default_rng(0)
    into, back = generator.normal(0, 0.2, (3, 3, 1, 8)), generator.normal(0, 0.2, (3, 3, 8, 1))
    shift = np.zeros((3, 3, 8, 8))
    shift[0, 1] = np.eye(8)

    def convolve(image, kernel):
        return tf.nn.conv2d(image, kernel.astype(np.float32), 1, "VALID")

    def function(image):
        padded = tf.concat([image[:, 2:3], image[:, 1:2], image], 1)
        code = tf.nn.relu(convolve(convolve(padded, into), shift))
        return tf.sigmoid(convolve(code, back))

    shape = (1, None, None, 1)
    return Source(Graph({"image": shape}, shape, function), {"image": (1, 24, 32, 1)})


@pytest.fixture
def image(random_images):
    return {"image": random_images(1, 21, 30, 1)}
