"""Methods of fusion beside each other: what their results score, and what time and memory they take."""

from cscfuse_keras.benchmark.methods import METHODS, find_methods

__all__ = ["METHODS", "find_methods"]
