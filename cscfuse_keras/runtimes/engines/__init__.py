"""What computes the parts of networks: Keras on its backend, LiteRT, or OpenVINO, behind one protocol."""

import importlib.util
import os
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from cscfuse_keras.errors import EnvironmentProblem, UsageError

Compiled = Callable[..., list[np.ndarray]]
"""From float32 images (height, width, channels), and matrices, to images of the first one's height and width."""

_MODULES = {"openvino": "openvino", "litert": "ai_edge_litert", "keras": "keras"}
"""Engines, the fastest first, with the package that each needs."""

RUNTIMES = ("auto", *_MODULES)
"""Names of the runtimes; `auto` takes the fastest that is installed."""

PRECISIONS = ("float32", "bfloat16")
"""Of the arithmetic; bfloat16 is for OpenVINO."""


class Engine(Protocol):
    """Computes parts of networks.

    Attributes:
        description: name, version and settings, for people.
    """

    description: str

    def compile(self, part: Any) -> Compiled:
        """Make a part of `cscfuse_keras.deployment.parts` ready to be called."""
        ...


def engine_for(runtime: str = "auto", threads: int | None = None, precision: str = "float32") -> Engine:
    """The engine of a name.

    Args:
        runtime: one of `RUNTIMES`.
        threads: processor threads to use; all by default.
        precision: one of `PRECISIONS`.

    Raises:
        UsageError: there is no such runtime or precision, or the runtime has no such setting.
        EnvironmentProblem: it is not installed.
    """
    if runtime not in RUNTIMES:
        raise UsageError(f"runtime: expected one of {', '.join(RUNTIMES)}, found {runtime!r}; choose one of them")
    if precision not in PRECISIONS:
        raise UsageError(f"precision: expected one of {', '.join(PRECISIONS)}, found {precision!r}; choose one of them")
    if threads is not None and threads < 1:
        raise UsageError(f"threads: expected at least 1, found {threads}; leave it out to use all processors")
    if runtime == "auto":
        runtime = _fastest()
    elif not _installed(runtime):
        package = _MODULES[runtime].replace("_", "-")
        raise EnvironmentProblem(
            f"runtime {runtime}: expected the package {package}, found none; pip install {package}, or choose keras"
        )
    if precision != "float32" and runtime != "openvino":
        raise UsageError(f"precision: expected float32 with runtime {runtime}, found {precision}; choose openvino")
    count = threads or os.cpu_count() or 1
    if runtime == "openvino":
        from cscfuse_keras.runtimes.engines.openvino import OpenVINOEngine

        return OpenVINOEngine(count, precision)
    if runtime == "litert":
        from cscfuse_keras.runtimes.engines.litert import LiteRTEngine

        return LiteRTEngine(count)
    from cscfuse_keras.runtimes.engines.keras import KerasEngine

    return KerasEngine(threads)


def computes_with_keras(runtime: str) -> bool:
    """Whether Keras' backend computes anything with this runtime; otherwise Keras only reads weights."""
    return (_fastest() if runtime == "auto" else runtime) != "openvino"


def _fastest() -> str:
    # LiteRT would have to convert networks first, for seconds.
    return next(name for name in ("openvino", "keras") if _installed(name))


def _installed(runtime):
    return importlib.util.find_spec(_MODULES[runtime]) is not None
