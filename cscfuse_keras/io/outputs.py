"""Outputs that may not be replaced without being asked."""

from pathlib import Path

from cscfuse_keras.errors import UsageError


def check_absent(output: Path, overwrite: bool) -> None:
    """Refuse an output that exists.

    Raises:
        UsageError: it exists and `overwrite` is off.
    """
    if output.exists() and not overwrite:
        raise UsageError(f"{output}: expected no file there, found one; add --overwrite or name another output")
