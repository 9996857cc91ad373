import tracemalloc

import numpy as np
import pytest

from cscfuse_keras.fusion import exposure_weights, merge_exposures
from cscfuse_keras.fusion.blend_pyramids import blend_pyramids
from cscfuse_keras.layers.ycbcr import rgb_to_ycbcr, ycbcr_to_rgb
from cscfuse_keras.runtimes.host_merge_exposures import ExposureLevel, PixelMerge, PyramidMerge, SoftmaxMean
from cscfuse_keras.runtimes.pyramid_tiles import gaussian_parts, level_sizes
from cscfuse_keras.runtimes.tiles import Part, whole


def pyramid_of(exposure, levels):
    sizes = level_sizes(*exposure.shape[:2], levels)
    return [part.pixels for part in gaussian_parts(exposure, sizes, whole(*sizes[-1]))]


def merge_for(pyramid, detail_gain=1.0):
    windows = [whole(*level.shape[:2]) for level in pyramid]
    return PixelMerge(*windows) if len(pyramid) == 1 else PyramidMerge(windows, detail_gain)


def merged(pyramids, maps, detail_gain=1.0):
    merge = merge_for(pyramids[0], detail_gain)
    for levels, found in zip(pyramids, maps, strict=True):
        merge.add([ExposureLevel(as_part(level), as_part(each)) for level, each in zip(levels, found, strict=True)])
    return merge.result().pixels


def as_part(image):
    return Part(image, whole(*image.shape[:2]))


def test_softmax_mean_is_exact_for_any_order_and_size_of_maps(random_images):
    images, maps = random_images(4, 5, 6, 3), random_images(4, 5, 6, 1, seed=1, low=-200, high=200)
    for order in ((0, 1, 2, 3), (2, 0, 3, 1)):
        mean = SoftmaxMean()
        for k in order:
            mean.add(images[k], maps[k])
        weights = np.exp(maps.astype("float64") - maps.max(axis=0))
        expected = (weights * images).sum(axis=0) / weights.sum(axis=0)
        np.testing.assert_allclose(mean.result(), expected, atol=1e-5)


def test_pixel_merge_equals_the_layers(random_images, numpy_of):
    exposures, maps = random_images(1, 4, 9, 12, 3), random_images(1, 4, 9, 12, 1, seed=1, low=-3, high=3)
    exposures[0, :, 2:5] = 0.25
    expected = ycbcr_to_rgb(merge_exposures(rgb_to_ycbcr(exposures), exposure_weights(maps)))
    fused = merged(exposures[0][:, np.newaxis], maps[0][:, np.newaxis])
    assert fused.dtype == np.float32
    np.testing.assert_allclose(fused, numpy_of(expected)[0], atol=2e-6)


@pytest.mark.parametrize("size", [(13, 20), (8, 8), (3, 1)])
def test_pyramid_merge_equals_the_layers(size, random_images, numpy_of):
    exposures = random_images(3, *size, 3)
    pyramids = [pyramid_of(exposure, 4) for exposure in exposures]
    maps = [
        [random_images(*level.shape[:2], 1, seed=7 * j + k, low=-3, high=3) for k, level in enumerate(pyramid)]
        for j, pyramid in enumerate(pyramids)
    ]
    stacked = [[np.stack(level)[np.newaxis] for level in zip(*parts, strict=True)] for parts in (pyramids, maps)]
    expected = numpy_of(blend_pyramids(*stacked, 1.5))[0]
    np.testing.assert_allclose(merged(pyramids, maps, 1.5), expected, atol=2e-6)


@pytest.mark.parametrize("levels", [1, 3])
def test_inputs_are_left_alone(levels, random_images):
    exposures = random_images(3, 8, 8, 3)
    pyramids = [pyramid_of(exposure, levels) for exposure in exposures]
    maps = [[level[..., :1].copy() for level in pyramid] for pyramid in pyramids]
    copies = [[[array.copy() for array in arrays] for arrays in part] for part in (pyramids, maps)]
    merged(pyramids, maps)
    for part, copy in zip((pyramids, maps), copies, strict=True):
        for arrays, others in zip(part, copy, strict=True):
            for array, other in zip(arrays, others, strict=True):
                np.testing.assert_array_equal(array, other)


@pytest.mark.parametrize("levels", [1, 4])
def test_memory_does_not_grow_with_the_number_of_exposures(levels, random_images):
    def peak(count):
        exposures, maps = random_images(count, 96, 96, 3), random_images(96, 96, 1)
        tracemalloc.start()
        pyramids = (pyramid_of(exposure, levels) for exposure in exposures)
        merge = merge_for(pyramid_of(exposures[0], levels))
        for pyramid in pyramids:
            found = [maps[: len(level), : level.shape[1]] for level in pyramid]
            merge.add(
                [ExposureLevel(as_part(level), as_part(each)) for level, each in zip(pyramid, found, strict=True)]
            )
        merge.result()
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(16) < 1.05 * peak(2)
