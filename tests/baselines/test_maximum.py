import numpy as np

from cscfuse_keras.baselines.maximum import MaximumFuser


def test_by_hand():
    infrared, visible = np.array([[0, 0.5, 1]], "float32"), np.array([[1, 0.25, 1]], "float32")
    np.testing.assert_array_equal(MaximumFuser().fuse(infrared, visible), [[1, 0.5, 1]])
