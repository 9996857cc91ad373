"""Loading Keras without its libraries' start-up messages."""

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator

silent = True
"""Whether messages are dropped; the command line turns it off for `--debug`."""


def load_keras(computes: bool = True) -> None:
    """Import Keras and its backend; what they print while they load is dropped unless `--debug` was given.

    TensorFlow writes to the process's standard error before its own log level applies.

    Args:
        computes: whether the backend will compute. If it will only read weights, OpenVINO takes its place, unless the
            environment names another: without TensorFlow a process starts in half of the time, with half of the memory.
    """
    if not computes:
        os.environ.setdefault("KERAS_BACKEND", "openvino")
    with quietly():
        importlib.import_module("keras")


def quietly() -> contextlib.AbstractContextManager[None]:
    """Drop what libraries print to standard error meanwhile, unless `--debug` was given."""
    return _no_standard_error() if silent else contextlib.nullcontext()


@contextlib.contextmanager
def _no_standard_error() -> Iterator[None]:
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, not a path of the user's
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
