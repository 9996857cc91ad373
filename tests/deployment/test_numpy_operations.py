"""Every operation of NumPy's against that of Keras."""

import numpy as np
import pytest

from cscfuse_keras.deployment.folding import Convolution
from cscfuse_keras.deployment.numpy_operations import NumPyOperations
from cscfuse_keras.runtimes.engines.keras import KerasEngine

SIGNED = np.float32([0.3, -0.2, 0.0])
OPERATIONS = {
    "convolve": lambda by, image: by.convolve(image, Convolution(kernel(3, 3, 3, 2), kernel(2))),
    "convolve_wide": lambda by, image: by.convolve(image, Convolution(kernel(5, 5, 3, 1))),
    "soft_threshold": lambda by, image: by.soft_threshold(image, np.abs(SIGNED)),
    "negative_threshold": lambda by, image: by.soft_threshold(image, SIGNED),
    "two_slopes": lambda by, image: by.two_slopes(image, np.float32([1, 2, -1]), SIGNED),
    "scale": lambda by, image: by.scale(image, SIGNED),
    "concatenate": lambda by, image: by.concatenate([image, by.magnitude(image)]),
    "reflected_mean": lambda by, image: by.box_mean(image, 2, "reflect"),
    "symmetric_mean": lambda by, image: by.box_mean(image, 3, "symmetric"),
    "neighbours": lambda by, image: by.concatenate(by.neighbours(image, 0, 1) + by.neighbours(image, 1, 2)),
    "ones": lambda by, image: by.ones(image),
    "sigmoid": lambda by, image: by.sigmoid(image),
}


def kernel(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


class Part:
    smallest = 1

    def __init__(self, compute, channels):
        self.compute, self.channels = compute, channels

    def __call__(self, operations, *inputs):
        return [self.compute(operations, *inputs)]


@pytest.mark.parametrize("name", list(OPERATIONS))
def test_equals_keras(name, random_images):
    compute = KerasEngine().compile(Part(OPERATIONS[name], (3,)))
    for size in ((1, 1), (1, 6), (2, 3), (7, 5)):
        image = random_images(*size, 3, low=-1)
        result = OPERATIONS[name](NumPyOperations(), image[np.newaxis])
        assert result.dtype == np.float32
        np.testing.assert_allclose(result[0], compute(image)[0], atol=2e-6)


def test_resize_equals_keras(random_images):
    def resized(operations, *inputs):
        return operations.resize(*inputs)

    inputs = random_images(3, 4, 2), random_images(5, 3), random_images(7, 4)
    expected = KerasEngine().compile(Part(resized, (2, None, None)))(*inputs)[0]
    result = NumPyOperations().resize(*(array[np.newaxis] for array in inputs))
    np.testing.assert_allclose(result[0], expected, atol=1e-6)
