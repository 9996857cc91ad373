"""Shares that stay defined where there is nothing to share."""

from keras import ops


def share(first, second):
    """First / (first + second) for non-negative tensors, and 1/2 where both are zero."""
    total = first + second
    empty = ops.equal(total, 0)
    return ops.where(empty, ops.full_like(total, 0.5), first / ops.where(empty, ops.ones_like(total), total))
