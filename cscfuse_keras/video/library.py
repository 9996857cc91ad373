"""PyAV, which reads and writes videos; imported when needed."""

import importlib
from typing import Any

from cscfuse_keras.errors import EnvironmentProblem


def pyav() -> Any:
    """The package `av`.

    Raises:
        EnvironmentProblem: it is not installed.
    """
    try:
        return importlib.import_module("av")
    except ImportError:
        raise EnvironmentProblem(
            "video: expected the package av (PyAV), found none; install it with pip install 'cscfuse-keras[video]'"
        ) from None
