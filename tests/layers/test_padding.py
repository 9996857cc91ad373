import keras
import numpy as np
import pytest

from cscfuse_keras.layers.padding import BORDERS, pad_axis, pad_image

pytestmark = pytest.mark.backend

SIZES = [(1, 1), (1, 6), (5, 1), (2, 3), (7, 4)]


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("radius", [0, 1, 3, 20])
@pytest.mark.parametrize("size", SIZES)
def test_equals_numpy_also_where_the_border_is_wider_than_the_image(
    border, radius, size, random_images, numpy_of, numpy_pad
):
    images = random_images(2, *size, 3)
    np.testing.assert_array_equal(numpy_of(pad_image(images, radius, border)), numpy_pad(images, radius, border))


@pytest.mark.parametrize("border", BORDERS)
def test_one_axis_alone(border, random_images, numpy_of, numpy_pad):
    images = random_images(1, 4, 5, 2)
    expected = numpy_pad(images, 2, border)
    np.testing.assert_array_equal(numpy_of(pad_axis(images, 1, 2, border)), expected[:, :, 2:-2])
    np.testing.assert_array_equal(numpy_of(pad_axis(images, 2, 2, border)), expected[:, 2:-2])


@pytest.mark.parametrize("border", BORDERS)
def test_size_known_only_at_run_time(border, random_images, numpy_of, numpy_pad):
    class Pad(keras.layers.Layer):
        def call(self, images):
            return pad_image(images, 3, border)

        def compute_output_shape(self, input_shape):
            return (input_shape[0], None, None, input_shape[3])

    symbol = keras.Input((None, None, 1))
    model = keras.Model(symbol, Pad()(symbol))
    model.compile(jit_compile=False)
    for size in ((8, 9), (2, 3)):
        images = random_images(1, *size, 1)
        np.testing.assert_array_equal(model.predict_on_batch(images), numpy_pad(images, 3, border))
