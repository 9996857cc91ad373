"""Which items of each batch are whose, where several workers share a training."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Share:
    """An equal part of every batch; the shares of all workers, in their order, make up the batch.

    Attributes:
        index: of the worker, from 0 on.
        count: workers.
    """

    index: int = 0
    count: int = 1

    def of(self, batch_size: int) -> slice:
        """Places in a batch of that size, which is a multiple of the number of workers."""
        size = batch_size // self.count
        return slice(self.index * size, (self.index + 1) * size)


WHOLE = Share()
