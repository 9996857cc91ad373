import numpy as np
import pytest

from cscfuse_keras.training.validation import Validation, validation_loss


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 12])
@pytest.mark.parametrize("replicas", [1, 2, 3])
@pytest.mark.parametrize("batch_size", [1, 4, 5])
def test_loss_is_the_mean_over_all_items(count, replicas, batch_size):
    inputs, targets = np.arange(count, dtype="float32") ** 2, np.ones((count, 2), "float32")
    sizes = []

    def loss_of(batch):
        (named,), truth = batch[0].values(), batch[1]
        assert len(named) == len(truth)
        sizes.append(len(named))
        # As on replicas: the mean of what each finds in an equal part.
        return np.mean([part.mean() for part in np.split(named, replicas)])

    validation = Validation(({"guide": inputs}, targets), batch_size, replicas)
    assert validation_loss(validation, loss_of) == pytest.approx(inputs.mean())
    assert validation.count == count
    assert all(size % replicas == 0 for size in sizes)
    assert max(sizes) <= replicas * max(-(-batch_size // replicas), count % replicas)
