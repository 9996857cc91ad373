import numpy as np

from cscfuse_keras.baselines.average import AverageFuser


def test_by_hand():
    infrared, visible = np.array([[0, 0.5, 1]], "float32"), np.array([[1, 0.25, 1]], "float32")
    np.testing.assert_array_equal(AverageFuser().fuse(infrared, visible), [[0.5, 0.375, 1]])
