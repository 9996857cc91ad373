import keras
import numpy as np
import pytest

from cscfuse_keras.fusion import saliency
from cscfuse_keras.fusion.ratio import share
from cscfuse_keras.fusion.saliency import level_saliency, normalize, saliency_weight

pytestmark = pytest.mark.backend


def pixel_saliency(levels):
    """sum over j of |i - j| H(j) at each pixel, by numpy, for one channel."""
    histogram, _ = np.histogram(levels, bins=256, range=(0, 256))
    grey = np.arange(256)
    by_level = np.abs(grey[:, None] - grey) @ (histogram / levels.size)
    return by_level[levels]


def test_golden_weights_and_codes(golden, numpy_of):
    vectors = golden("04_fusion_l1_and_saliency")
    infrared, visible = (keras.ops.convert_to_tensor(vectors[f"in.{name}"]) for name in ("ir", "vis"))
    weight = numpy_of(saliency_weight(infrared, visible))
    np.testing.assert_allclose(weight, vectors["out.sal_w_ir"], atol=5 * 3e-7, rtol=0)
    fused = numpy_of(saliency(infrared, visible))
    np.testing.assert_allclose(fused, vectors["out.sal_fused"], atol=5 * 5.4e-7, rtol=0)


def test_golden_weights_before_refinement(golden, numpy_of):
    vectors = golden("04_fusion_l1_and_saliency")
    salience = []
    for name in ("ir", "vis"):
        levels = keras.ops.cast(255 * normalize(keras.ops.convert_to_tensor(vectors[f"in.{name}"])), "int32")
        table, index = level_saliency(levels)
        salience.append(keras.ops.take(table, index) + 1e-12)
    initial = numpy_of(share(*salience))[0, :, :, 0]
    np.testing.assert_allclose(initial, vectors["out.sal_ch0_initial_w_ir"], atol=5 * 3e-7, rtol=0)


def test_levels_of_every_channel_and_image_are_judged_on_their_own(numpy_of):
    generator = np.random.default_rng(0)
    # Ranges differ, so a histogram that mixes channels or images gives other numbers.
    levels = np.stack([generator.integers(high, size=(7, 9)) for high in (1, 10, 100, 256, 256, 40)])
    levels = levels.reshape(2, 3, 7, 9).transpose(0, 2, 3, 1).astype("int32")
    table, index = level_saliency(keras.ops.convert_to_tensor(levels))
    actual = numpy_of(keras.ops.take(table, index))
    for image in range(2):
        for channel in range(3):
            expected = pixel_saliency(levels[image, :, :, channel])
            np.testing.assert_allclose(actual[image, :, :, channel], expected, rtol=1e-5, atol=1e-5)


def test_normalize_stretches_each_channel_of_each_image(random_images, numpy_of):
    code = random_images(2, 6, 7, 3, low=-4, high=9)
    code[0, :, :, 1] = 2.5
    low, high = code.min((1, 2), keepdims=True), code.max((1, 2), keepdims=True)
    expected = (code - low) / np.where(high > low, high - low, 1)
    np.testing.assert_allclose(numpy_of(normalize(keras.ops.convert_to_tensor(code))), expected, atol=1e-6)


def test_a_rare_value_outweighs_a_flat_code(numpy_of):
    spot = np.zeros((1, 20, 20, 1), "float32")
    spot[0, 8:12, 8:12] = 1
    flat = np.full_like(spot, 0.3)
    weight = numpy_of(saliency_weight(spot, flat, radius=2, epsilon=1e-4))[0, :, :, 0]
    assert weight[8:12, 8:12].min() > 0.9
    assert weight.min() > 0.45


def test_half_precision_is_evaluated_with_all_digits(random_images, numpy_of):
    first, second = (keras.ops.cast(random_images(1, 60, 60, 2, seed=k), "float16") for k in range(2))
    weight = saliency_weight(first, second)
    assert keras.backend.standardize_dtype(weight.dtype) == "float16"
    expected = saliency_weight(*(keras.ops.cast(code, "float32") for code in (first, second)))
    np.testing.assert_allclose(numpy_of(weight), numpy_of(expected), atol=5e-4)
