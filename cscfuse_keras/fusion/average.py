"""Mean and sum of two codes."""


def average(first, second):
    """Mean of two codes of equal shape."""
    return (first + second) / 2


def total(first, second):
    """Sum of two codes of equal shape."""
    return first + second
