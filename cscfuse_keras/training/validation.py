"""The validation loss where several replicas share the work: the mean over all items, whatever their number."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Validation:
    """What a training is judged by, in batches that the replicas divide.

    Attributes:
        arrays: arguments of the model's loss, `(inputs, targets)` or `(inputs,)`.
        batch_size: items judged at a time; rounded up to a multiple of the replicas.
        replicas: that share a batch.
    """

    arrays: tuple[Any, ...]
    batch_size: int
    replicas: int

    @property
    def count(self) -> int:
        """Number of items."""
        return count_items(self.arrays)

    def batches(self) -> Iterator[tuple[Any, int]]:
        """Batches, and of how many items each gives the mean loss.

        What is left over when the replicas share the items is given to each of them.
        """
        size = -(-self.batch_size // self.replicas) * self.replicas
        shared = self.count // self.replicas * self.replicas
        for start in range(0, shared, size):
            end = min(start + size, shared)
            yield self._items(lambda array, rows=slice(start, end): array[rows]), end - start
        if shared < self.count:
            yield self._items(lambda array: np.concatenate([array[shared:]] * self.replicas)), self.count - shared

    def _items(self, part):
        return keras.tree.map_structure(part, self.arrays)


def count_items(arrays: Any) -> int:
    """Number of items in arrays that all have as many."""
    return len(keras.tree.flatten(arrays)[0])


def validation_loss(validation: Validation, loss_of: Callable[[Any], float]) -> float:
    """Mean loss of all items.

    Args:
        validation: the items.
        loss_of: from a batch to its mean loss.
    """
    return sum(float(loss_of(batch)) * weight for batch, weight in validation.batches()) / validation.count
