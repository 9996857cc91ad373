import keras
import numpy as np
import pytest

from cscfuse_keras.layers import PaddedConv2D
from cscfuse_keras.layers.padding import BORDERS

pytestmark = pytest.mark.backend


def convolve(images, kernel, bias, dilation, padded):
    """Cross-correlation written out as a sum over taps, in float64."""
    height, width = images.shape[1:3]
    total = np.zeros((*images.shape[:3], kernel.shape[3])) + bias
    for row in range(kernel.shape[0]):
        for column in range(kernel.shape[1]):
            top, left = row * dilation, column * dilation
            total += padded[:, top : top + height, left : left + width] @ kernel[row, column]
    return total


# The layer evaluates few filters on many channels in another way than the others; 9 * 2 <= 20 < 9 * 3.
@pytest.mark.parametrize("filters", [2, 3])
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize(("kernel_size", "dilation"), [(3, 1), (3, 2), (1, 1)])
@pytest.mark.parametrize("size", [(7, 10), (2, 3)])
def test_equals_the_definition(filters, border, kernel_size, dilation, size, random_images, numpy_of, numpy_pad):
    layer = PaddedConv2D(filters, kernel_size, dilation, border, use_bias=True)
    layer.build((None, None, None, 20))
    kernel = random_images(*layer.kernel.shape, seed=1, low=-1)
    bias = random_images(filters, seed=2)
    layer.set_weights([kernel, bias])
    images = random_images(2, *size, 20)
    padded = numpy_pad(images, dilation * (kernel_size // 2), border)
    np.testing.assert_allclose(numpy_of(layer(images)), convolve(images, kernel, bias, dilation, padded), atol=2e-5)


@pytest.mark.parametrize("kernel_size", [3, 5])
@pytest.mark.parametrize("dilation", [1, 2])
def test_both_ways_of_evaluation_agree_in_values_and_gradients(
    kernel_size, dilation, random_images, numpy_of, gradient
):
    images = random_images(1, 8, 11, 50)
    few, many = PaddedConv2D(1, kernel_size, dilation), PaddedConv2D(8, kernel_size, dilation)
    for layer in (few, many):
        layer.build(images.shape)
    kernel = random_images(*many.kernel.shape, low=-1)
    many.set_weights([kernel])
    few.set_weights([kernel[..., :1]])
    np.testing.assert_allclose(numpy_of(few(images)), numpy_of(many(images))[..., :1], atol=5e-5)
    slopes = [
        gradient(lambda x, layer=layer: keras.ops.sum(keras.ops.square(layer(x)[..., 0])), images)
        for layer in (few, many)
    ]
    np.testing.assert_allclose(*slopes, atol=5e-4)


def test_default_kernel_is_uniform_within_the_root_of_fan_in(numpy_of):
    keras.utils.set_random_seed(0)
    layer = PaddedConv2D(50)
    layer.build((None, None, None, 16))
    kernel = numpy_of(layer.kernel)
    limit = 1 / np.sqrt(9 * 16)
    assert np.abs(kernel).max() == pytest.approx(limit, rel=0.01)
    assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.02)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 4}, "kernel_size must be odd.*received 4"),
        ({"border": "wrap"}, "border must be one of reflect.*received 'wrap'"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        PaddedConv2D(3, **arguments)
