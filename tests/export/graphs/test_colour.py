import numpy as np
import pytest

from cscfuse_keras.tasks import colour as numpy_colour


def test_extreme_luma_keeps_what_chroma_fits(random_images):
    pytest.importorskip("tensorflow")
    from cscfuse_keras.export.graphs.colour import luma, with_luma

    rgb, grey = random_images(1, 30, 40, 3), random_images(1, 30, 40, 1, seed=1)
    grey[0, :3], grey[0, 3:6], rgb[0, :, :2] = 0, 1, 0.5
    expected = numpy_colour.with_luma(rgb[0], grey[0, ..., 0])
    np.testing.assert_allclose(with_luma(rgb, grey)[0], expected, rtol=0, atol=1e-6)
    np.testing.assert_allclose(luma(rgb)[0, ..., 0], numpy_colour.luma(rgb[0]), rtol=0, atol=1e-6)
