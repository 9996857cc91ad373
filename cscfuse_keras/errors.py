"""Errors that a user can act on, each with the exit code of the command line.

Every message says what was expected, what was found, and what to do, in one line.
"""


class CSCFuseError(Exception):
    """Base of all errors raised on purpose; `exit_code` is what the command line returns."""

    exit_code = 1


class UsageError(CSCFuseError, ValueError):
    """An option, argument or configuration is wrong (exit code 2)."""

    exit_code = 2


class InputError(CSCFuseError, ValueError):
    """A file or array cannot be used as given (exit code 3)."""

    exit_code = 3


class ModelError(CSCFuseError, ValueError):
    """Weights, a preset or a model file cannot be used (exit code 4)."""

    exit_code = 4


class EnvironmentProblem(CSCFuseError, RuntimeError):
    """A package, device or folder that is needed is missing (exit code 5)."""

    exit_code = 5


def printable(text: str) -> str:
    """A text on one line, its line breaks, control characters and stray bytes of file names spelled as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
