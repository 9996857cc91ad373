"""What executes a fusion model: a runtime is called with float32 arrays in [0, 1] and returns one."""

from cscfuse_keras.errors import UsageError

RUNTIMES = ("auto", "keras")
"""Names of the runtimes; `auto` takes the fastest that is installed."""


def ivf_runtime(fusion, runtime: str = "auto"):
    """Runtime for an infrared-visible fusion model.

    Args:
        fusion: model from `cscfuse_keras.models.ivf.build_fusion`.
        runtime: one of `RUNTIMES`.

    Raises:
        UsageError: there is no such runtime.
    """
    _check(runtime)
    from cscfuse_keras.runtimes.keras_ivf import KerasIVF

    return KerasIVF(fusion)


def mef_runtime(fusion, runtime: str = "auto"):
    """Runtime for a multi-exposure fusion model.

    Args:
        fusion: model from `cscfuse_keras.models.mef.build_fusion`.
        runtime: one of `RUNTIMES`.

    Raises:
        UsageError: there is no such runtime.
    """
    _check(runtime)
    from cscfuse_keras.runtimes.keras_mef import KerasMEF

    return KerasMEF(fusion)


def msf_runtime(fusion, runtime: str = "auto"):
    """Runtime for a multi-spectral fusion model.

    Args:
        fusion: model from `cscfuse_keras.models.msf.build_network`.
        runtime: one of `RUNTIMES`.

    Raises:
        UsageError: there is no such runtime.
    """
    _check(runtime)
    from cscfuse_keras.runtimes.keras_msf import KerasMSF

    return KerasMSF(fusion)


def _check(runtime):
    if runtime not in RUNTIMES:
        raise UsageError(f"runtime: expected one of {', '.join(RUNTIMES)}, found {runtime!r}")
