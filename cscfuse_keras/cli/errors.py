"""How the command line ends when something is wrong: one line and an exit code."""

import contextlib
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import click

from cscfuse_keras.cli import quiet
from cscfuse_keras.errors import CSCFuseError, printable
from cscfuse_keras.out_of_memory import is_out_of_memory, out_of_memory

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
        if not debug:
            # What libraries log is about the errors that are told here.
            logging.lastResort = None
        try:
            with warnings.catch_warnings(), _terminated_as_interrupted():
                if not debug:
                    warnings.filterwarnings("ignore", category=DeprecationWarning)
                super().main(given, *arguments, standalone_mode=False, **settings)
        except click.exceptions.Exit as stop:
            sys.exit(stop.exit_code)
        except click.ClickException as problem:
            _show_usage(problem)
            sys.exit(problem.exit_code)
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted", err=True)
            sys.exit(INTERRUPTED)
        except CSCFuseError as problem:
            if debug:
                raise
            click.echo(f"error: {one_line(problem)}", err=True)
            sys.exit(problem.exit_code)
        except Exception as problem:
            if debug or not is_out_of_memory(problem):
                raise
            told = out_of_memory(
                "memory", "close other programs, give smaller images, or where there is --tile a smaller one"
            )
            click.echo(f"error: {one_line(told)}", err=True)
            sys.exit(told.exit_code)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; one that is interrupted may tell what is left to do."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            # Click would print an empty line.
            click.echo(f"interrupted: {one_line(stop)}" if str(stop) else "interrupted", err=True)
            sys.exit(INTERRUPTED)


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, so that it removes what is half done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def one_line(problem: object) -> str:
    """A message on one line, whatever is in the file names that it holds: as escapes if it cannot be shown."""
    return printable(str(problem))


def _show_usage(problem: click.ClickException) -> None:
    context = getattr(problem, "ctx", None)
    if context is None or isinstance(problem, getattr(click.exceptions, "NoArgsIsHelpError", ())):
        problem.show()
    else:
        message = " ".join(problem.format_message().split())
        click.echo(f"error: {one_line(message)} (see {context.command_path} --help)", err=True)


def _show_warning(message, category, filename, lineno, file=None, line=None) -> None:
    click.echo(f"warning: {one_line(message)}", err=True)
