"""Measures of fused images: one metric a file, a registry row each; NumPy and OpenCV only."""

from cscfuse_keras.metrics.evaluate import evaluate_ivf
from cscfuse_keras.metrics.registry import METRICS, Metric, metrics_for

__all__ = ["METRICS", "Metric", "evaluate_ivf", "metrics_for"]
