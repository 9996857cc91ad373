import keras
import numpy as np
import pytest

from cscfuse_keras.layers import FoldExposures, UnfoldExposures

pytestmark = pytest.mark.backend


def test_exposures_of_a_scene_stay_together(random_images, numpy_of):
    exposures = random_images(2, 3, 4, 5, 1)
    folded = numpy_of(FoldExposures()(exposures))
    assert folded.shape == (6, 4, 5, 1)
    np.testing.assert_array_equal(folded[4], exposures[1, 1])
    np.testing.assert_array_equal(numpy_of(UnfoldExposures()(folded, exposures)), exposures)


def test_one_model_serves_any_number_and_size(random_images, numpy_of):
    exposures = keras.Input((None, None, None, 2))
    folded = FoldExposures()(exposures)
    model = keras.Model(exposures, UnfoldExposures()(folded[..., :1], exposures))
    assert model.output_shape == (None, None, None, None, 1)
    for shape in ((1, 2, 4, 5, 2), (3, 5, 2, 7, 2)):
        images = random_images(*shape)
        np.testing.assert_array_equal(numpy_of(model(images)), images[..., :1])
