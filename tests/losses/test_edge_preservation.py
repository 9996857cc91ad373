import cv2
import numpy as np
import pytest
from keras import ops

from cscfuse_keras.losses.edge_preservation import edge_preservation, missing_sharpness, strongest_edge_distance
from cscfuse_keras.losses.sobel_gradients import sobel_gradients
from cscfuse_keras.metrics.edge_preservation import edge_preservation as metric
from cscfuse_keras.metrics.spatial_frequency import valid_spatial_frequency

pytestmark = pytest.mark.backend


@pytest.fixture(scope="module")
def pair(random_images):
    noise = random_images(96, 90, 2, seed=5)
    images = cv2.GaussianBlur(noise, (0, 0), 4)
    images = (images - images.min()) / np.ptp(images)
    # Darkened to 0 all around, so that the metric's black border is no edge.
    window = np.outer(np.hanning(96), np.hanning(90)).astype("float32")
    return (images * window[..., None])[None]


def test_sobel_equals_opencv(pair, numpy_of):
    image = pair[0, ..., 0]
    for order, found in zip([(1, 0), (0, 1)], sobel_gradients(pair[..., :1]), strict=True):
        expected = cv2.Sobel(image, cv2.CV_32F, *order, borderType=cv2.BORDER_REFLECT_101) / 8
        np.testing.assert_allclose(numpy_of(found)[0, ..., 0], expected, atol=1e-6)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_near_the_metric(share, pair, numpy_of):
    fused = share * pair[..., :1] + (1 - share) * pair[..., 1:]
    expected = metric(255 * fused[0, ..., 0].astype(float), [255 * pair[0, ..., k].astype(float) for k in (0, 1)])
    assert numpy_of(edge_preservation(fused, pair))[0] == pytest.approx(expected, abs=0.05)


def test_flat_images_have_a_finite_gradient(gradient):
    sources = np.full((1, 16, 16, 2), 0.5, "float32")
    found = gradient(lambda fused: ops.sum(edge_preservation(fused, sources)), sources[..., :1])
    assert np.isfinite(found).all()


def test_strongest_edge_is_wanted(numpy_of):
    across = np.tile(np.linspace(0, 0.8, 9, dtype="float32"), (7, 1))
    weaker = 0.25 * across[:, ::-1]
    sources = np.stack([across, weaker], axis=-1)[None]
    distances = [
        float(numpy_of(strongest_edge_distance(image[None, ..., None], sources, gain))[0])
        for image, gain in [(across, 1.0), (weaker, 1.0), (across, 1.5)]
    ]
    # Steps of 0.1 and -0.025; reflected borders have none.
    inside = 7 / 9
    assert distances == pytest.approx([0, 0.125 * inside, 0.05 * inside], abs=1e-6)


def test_sharpness_is_missing_as_the_metric_tells(pair, numpy_of):
    sources = np.stack([pair[..., 0], 0.5 * pair[..., 0]], axis=-1)
    image = 255 * pair[0, ..., 0].astype(float)
    for gain in (0.0, 0.3, 0.6, 1.0):
        expected = 1.2 - valid_spatial_frequency(gain * image) / valid_spatial_frequency(image)
        assert numpy_of(missing_sharpness(gain * pair[..., :1], sources))[0] == pytest.approx(expected, abs=0.02)


def test_missing_sharpness_takes_the_stronger_source_at_each_place(random_images, numpy_of):
    texture = random_images(64, 64, 1, seed=3)
    left = (np.arange(64) < 32)[:, None]
    sources = np.concatenate([np.where(left, texture, 0.5), np.where(left, 0.5, texture)], axis=-1)[None]
    missing = [numpy_of(missing_sharpness(fused, sources))[0] for fused in (texture[None], sources[..., :1])]
    # Half of the power is half of the texture's.
    assert missing == pytest.approx([0.2, 1.2 - 0.5**0.5], abs=0.03)
