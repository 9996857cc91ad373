"""Measures of fused images: one metric a file, a registry row each; NumPy, OpenCV and, for MATLAB files, SciPy only."""

from cscfuse_keras.metrics.brisque import Brisque
from cscfuse_keras.metrics.evaluate import evaluate_ivf, evaluate_mef, evaluate_msf, evaluate_msf_inputs
from cscfuse_keras.metrics.model_metrics import model_metrics
from cscfuse_keras.metrics.niqe import Niqe
from cscfuse_keras.metrics.piqe import piqe
from cscfuse_keras.metrics.registry import METRICS, Metric, metrics_for, metrics_named

__all__ = [
    "METRICS",
    "Brisque",
    "Metric",
    "Niqe",
    "evaluate_ivf",
    "evaluate_mef",
    "evaluate_msf",
    "evaluate_msf_inputs",
    "metrics_for",
    "metrics_named",
    "model_metrics",
    "piqe",
]
