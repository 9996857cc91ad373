"""Gaps filled; the rest of `UnitRaster` is tested with `fuse_rasters`."""

import numpy as np

from cscfuse_keras.tasks.unit_raster import fill_nearest


def test_fill_takes_the_nearest():
    samples = np.arange(12.0).reshape(3, 4, 1)
    valid = np.zeros((3, 4), bool)
    valid[0, 0] = valid[2, 3] = True
    np.testing.assert_array_equal(
        fill_nearest(samples, valid)[..., 0], [[0, 0, 0, 11], [0, 0, 11, 11], [0, 11, 11, 11]]
    )
    assert not fill_nearest(samples, np.zeros((3, 4), bool)).any()
