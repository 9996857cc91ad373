"""What executes a fusion model: a runtime is called with float32 arrays in [0, 1] and returns one.

Codes are computed by an engine (`cscfuse_keras.runtimes.engines`), and merged on the host.
"""

import importlib
from typing import Any

from cscfuse_keras.errors import CSCFuseError, ModelError
from cscfuse_keras.runtimes.engines import Engine, engine_for

_CLASSES = {"ivf": "IVFRuntime", "ivf_pyramid": "IVFPyramidRuntime", "mef": "MEFRuntime", "msf": "MSFRuntime"}


def runtime_for(network: str, fusion: Any, engine: Engine | str = "auto") -> Any:
    """Runtime for a fusion model.

    Args:
        network: name of the network, see `cscfuse_keras.models.networks`.
        fusion: the network's fusion model.
        engine: what computes its codes, or one of `cscfuse_keras.runtimes.engines.RUNTIMES`.

    Raises:
        UsageError: there is no such engine.
        EnvironmentProblem: it is not installed.
        ModelError: the model only bears the network's name.
    """
    # Imported when needed: the module imports Keras.
    module = importlib.import_module(f"cscfuse_keras.runtimes.{network}")
    engine = engine_for(engine) if isinstance(engine, str) else engine
    try:
        return getattr(module, _CLASSES[network])(fusion, engine)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as problem:
        if isinstance(problem, CSCFuseError):
            raise
        raise ModelError(
            f"preset: expected a fusion model with the layers of network {network}, found others ({problem}); choose "
            "another preset"
        ) from problem
