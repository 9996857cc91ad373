"""What executes a fusion model: a runtime is called with float32 arrays in [0, 1] and returns one."""

import importlib
from typing import Any

from cscfuse_keras.errors import UsageError

RUNTIMES = ("auto", "keras")
"""Names of the runtimes; `auto` takes the fastest that is installed."""

_KERAS = {"ivf": "KerasIVF", "ivf_pyramid": "KerasIVFPyramid", "mef": "KerasMEF", "msf": "KerasMSF"}


def runtime_for(network: str, fusion: Any, runtime: str = "auto") -> Any:
    """Runtime for a fusion model.

    Args:
        network: name of the network, see `cscfuse_keras.models.networks`.
        fusion: the network's fusion model.
        runtime: one of `RUNTIMES`.

    Raises:
        UsageError: there is no such runtime.
    """
    if runtime not in RUNTIMES:
        raise UsageError(f"runtime: expected one of {', '.join(RUNTIMES)}, found {runtime!r}")
    # Imported when needed: the module imports Keras.
    module = importlib.import_module(f"cscfuse_keras.runtimes.keras_{network}")
    return getattr(module, _KERAS[network])(fusion)
