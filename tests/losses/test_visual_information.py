import numpy as np
import pytest
from keras import ops

from cscfuse_keras.losses.visual_information import visual_information
from cscfuse_keras.metrics.visual_information_fidelity import summed_pixel_visual_information_fidelity

pytestmark = pytest.mark.backend


@pytest.fixture(scope="module")
def pair(random_images):
    return random_images(2, 64, 72, 2, seed=3)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_equals_the_metric(share, pair, numpy_of):
    fused = share * pair[..., :1] + (1 - share) * pair[..., 1:]
    found = numpy_of(visual_information(fused, pair)).sum(axis=-1)
    for k in range(2):
        sources = [255 * pair[k, ..., 0].astype(float), 255 * pair[k, ..., 1].astype(float)]
        expected = summed_pixel_visual_information_fidelity(255 * fused[k, ..., 0].astype(float), sources)
        assert found[k] == pytest.approx(expected, abs=1e-3)


def test_flat_images_have_a_finite_gradient(gradient):
    sources = np.full((1, 48, 48, 2), 0.5, "float32")
    found = gradient(lambda fused: ops.sum(visual_information(fused, sources)), sources[..., :1])
    assert np.isfinite(found).all()
