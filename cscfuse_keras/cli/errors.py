"""How the command line ends when something is wrong: one line and an exit code."""

import os
import sys
import warnings
from typing import Any

import click

from cscfuse_keras.cli import quiet
from cscfuse_keras.errors import CSCFuseError

INTERRUPTED = 130


class ReportingGroup(click.Group):
    """A group whose commands all know `--debug` and end expected errors in one line.

    Exit codes: 2 usage, 3 input, 4 model, 5 environment, 130 interrupted, 1 anything unexpected.
    """

    def main(self, args=None, *arguments: Any, **settings: Any) -> Any:
        """Run the command line and leave with its exit code."""
        given = list(sys.argv[1:] if args is None else args)
        debug = "--debug" in given
        quiet.silent = not debug
        given = [argument for argument in given if argument != "--debug"]
        # The libraries below talk a lot while they load; users of a command did not ask.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        warnings.showwarning = _show_warning
        try:
            with warnings.catch_warnings():
                if not debug:
                    warnings.filterwarnings("ignore", category=DeprecationWarning)
                super().main(given, *arguments, standalone_mode=False, **settings)
        except click.exceptions.Exit as stop:
            sys.exit(stop.exit_code)
        except click.ClickException as problem:
            problem.show()
            sys.exit(problem.exit_code)
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted", err=True)
            sys.exit(INTERRUPTED)
        except CSCFuseError as problem:
            if debug:
                raise
            click.echo(f"error: {one_line(problem)}", err=True)
            sys.exit(problem.exit_code)


def one_line(problem: Exception) -> str:
    """An error's message on one line, whatever is in the file names that it holds."""
    return " ".join(str(problem).split())


def _show_warning(message, category, filename, lineno, file=None, line=None) -> None:
    click.echo(f"warning: {one_line(message)}", err=True)
