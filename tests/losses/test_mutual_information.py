import numpy as np
import pytest

from cscfuse_keras.losses.mutual_information import mutual_information

pytestmark = pytest.mark.backend


def test_of_levels_on_bins_is_exact(numpy_of):
    """Levels that lie on the bins are counted as by a plain histogram."""
    generator = np.random.default_rng(2)
    levels = generator.integers(0, 5, (1, 40, 40, 3))
    levels[..., 1] = (levels[..., 0] + levels[..., 1] // 4) % 5
    expected = []
    for k in (1, 2):
        joint = np.histogram2d(levels[..., 0].ravel(), levels[..., k].ravel(), bins=5)[0] / 1600
        outer = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
        expected.append((joint * np.log(np.maximum(joint, 1e-30) / outer)).sum())
    images = (levels / 4).astype("float32")
    found = numpy_of(mutual_information(images[..., :1], images[..., 1:], bins=5, step=1))
    np.testing.assert_allclose(found[0], expected, atol=1e-5)


def test_grows_with_dependence(random_images, numpy_of):
    sources = random_images(1, 64, 64, 2)
    noise = random_images(1, 64, 64, 1, seed=1)
    found = [numpy_of(mutual_information((1 - k) * sources[..., :1] + k * noise, sources))[0] for k in (0, 0.3)]
    assert found[0][0] > found[1][0] + 0.5
    assert found[0][0] > found[0][1] + 0.5
