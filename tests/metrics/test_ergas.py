import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.ergas import ergas


def test_plain_loops(random_images):
    fused, truth, low = random_images(8, 12, 3), random_images(8, 12, 3, seed=1, low=0.2), random_images(2, 3, 3)
    total = sum(np.mean((fused[..., k] - truth[..., k]) ** 2.0) / np.mean(truth[..., k]) ** 2 for k in range(3))
    assert ergas(fused, [truth, low]) == pytest.approx(100 / 4 * np.sqrt(total / 3), rel=1e-5)


def test_hand_computed_cases():
    truth = np.tile([0.2, 0.5], (4, 4, 1))
    # Relative errors of 0.1 and of 0.2 at scale 2.
    assert ergas(truth * [1.1, 1.2], [truth, truth[::2, ::2]]) == pytest.approx(50 * np.sqrt((0.01 + 0.04) / 2))
    assert ergas(truth, [truth, truth[::2, ::2]]) == 0
    assert np.isnan(ergas(truth, [truth * [0, 1], truth[::2, ::2]]))
    with pytest.raises(InputError, match="whole number"):
        ergas(truth, [truth, truth[:3, :3]])
