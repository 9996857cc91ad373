import keras
import numpy as np
import pytest

from cscfuse_keras.layers import CodeDecoder

pytestmark = pytest.mark.backend


@pytest.fixture
def golden_decoder(golden, from_state):
    vectors = golden("03_ivf_decoder")
    decoder = CodeDecoder()
    decoder.build(vectors["in.base"].shape, vectors["in.detail"].shape)
    for k in range(3):
        from_state.convolution(decoder.convolutions[k], vectors, f"state.decode_last.{3 * k + 1}")
        from_state.normalization(decoder.normalizations[k], vectors, f"state.decode_last.{3 * k + 2}")
    return decoder


@pytest.mark.parametrize("part", ["base", "detail"])
def test_golden_maps(part, golden, golden_decoder, numpy_of):
    vectors = golden("03_ivf_decoder")
    actual = numpy_of(golden_decoder.reconstruct(vectors[f"in.{part}"]))
    np.testing.assert_allclose(actual, vectors[f"out.{part}_map"], atol=5 * 2.3e-7, rtol=0)


def test_golden_image(golden, golden_decoder, numpy_of):
    vectors = golden("03_ivf_decoder")
    image = numpy_of(golden_decoder(vectors["in.base"], vectors["in.detail"]))
    np.testing.assert_allclose(image, vectors["out.image"], atol=5e-7, rtol=0)


def test_statistics_are_learned_from_both_codes_together(random_images, numpy_of):
    decoder = CodeDecoder((1,))
    base, detail = random_images(2, 6, 6, 3), random_images(2, 6, 6, 3, seed=1, low=4, high=9)
    decoder(base, detail)
    maps = numpy_of(decoder.convolutions[0](np.concatenate([base, detail])))
    decoder(base, detail, training=True)
    moving_mean = numpy_of(decoder.normalizations[0].moving_mean)
    np.testing.assert_allclose(moving_mean, 0.1 * maps.mean((0, 1, 2)), rtol=1e-4)


def test_codes_are_interchangeable(random_images, numpy_of):
    decoder = CodeDecoder((4, 2))
    base, detail = random_images(1, 5, 6, 3), random_images(1, 5, 6, 3, seed=1)
    np.testing.assert_allclose(numpy_of(decoder(base, detail)), numpy_of(decoder(detail, base)), atol=1e-6)


def test_gradient_reaches_both_codes(random_images, gradient):
    decoder = CodeDecoder((4, 1))
    base, detail = random_images(1, 5, 6, 3), random_images(1, 5, 6, 3, seed=1)
    decoder(base, detail)
    for function, point in (
        (lambda code: keras.ops.sum(decoder(code, detail)), base),
        (lambda code: keras.ops.sum(decoder(base, code)), detail),
    ):
        assert np.abs(gradient(function, point)).max() > 1e-4
