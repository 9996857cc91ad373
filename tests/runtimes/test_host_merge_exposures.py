import tracemalloc

import numpy as np

from cscfuse_keras.fusion import exposure_weights, merge_exposures
from cscfuse_keras.layers.ycbcr import rgb_to_ycbcr, ycbcr_to_rgb
from cscfuse_keras.runtimes.host_merge_exposures import fuse_from_maps


def test_equals_the_layers(random_images, numpy_of):
    exposures, maps = random_images(1, 4, 9, 12, 3), random_images(1, 4, 9, 12, 1, seed=1, low=-3, high=3)
    exposures[0, :, 2:5] = 0.25
    expected = ycbcr_to_rgb(merge_exposures(rgb_to_ycbcr(exposures), exposure_weights(maps)))
    fused = fuse_from_maps(list(exposures[0]), list(maps[0, ..., 0]))
    assert fused.dtype == np.float32
    np.testing.assert_allclose(fused, numpy_of(expected)[0], atol=2e-6)


def test_inputs_are_left_alone(random_images):
    exposures, maps = random_images(3, 5, 6, 3), random_images(3, 5, 6)
    copies = exposures.copy(), maps.copy()
    fuse_from_maps(exposures, maps)
    np.testing.assert_array_equal(exposures, copies[0])
    np.testing.assert_array_equal(maps, copies[1])


def test_memory_does_not_grow_with_the_number_of_exposures(random_images):
    def peak(count):
        exposures, maps = random_images(count, 100, 100, 3), random_images(count, 100, 100)
        tracemalloc.start()
        fuse_from_maps(exposures, maps)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(16) < 1.05 * peak(2)
