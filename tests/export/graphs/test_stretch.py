import numpy as np
import pytest

from cscfuse_keras.tasks.stretch import percentile_limits, stretch


@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 6, 3), (10, 20, 1), (67, 100, 3)])
def test_ranks_are_those_of_the_task(shape, random_images):
    pytest.importorskip("tensorflow")
    from cscfuse_keras.export.graphs.stretch import stretched

    image = random_images(*shape, low=-0.2, high=1.3)
    np.testing.assert_allclose(stretched(image).numpy(), stretch(image, *percentile_limits(image)), rtol=0, atol=1e-6)


def test_nothing_to_stretch():
    pytest.importorskip("tensorflow")
    from cscfuse_keras.export.graphs.stretch import stretched

    np.testing.assert_array_equal(stretched(np.full((4, 5), 1.5, np.float32)), np.ones((4, 5)))
    np.testing.assert_array_equal(stretched(np.full((4, 5), 0.3, np.float32)), np.full((4, 5), np.float32(0.3)))
