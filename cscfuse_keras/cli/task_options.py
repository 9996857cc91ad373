"""Options of a command that only some of its tasks have."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cscfuse_keras.errors import UsageError

Options = Mapping[str, Callable[[Callable], Callable]]
"""Decorators by `click.option`, by the name of the argument that each passes; their default is None."""


def task_options(tasks: Mapping[str, Options]) -> Callable[[Callable], Callable]:
    """Decorator that adds the options of all tasks, in the order of their help."""

    def decorate(command: Callable) -> Callable:
        # Tasks may share an option.
        distinct = {name: option for options in tasks.values() for name, option in options.items()}
        for option in reversed(distinct.values()):
            command = option(command)
        return command

    return decorate


def given_options(tasks: Mapping[str, Options], task: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Options that were given, by name.

    Args:
        tasks: the options of each task.
        task: the one at hand.
        values: of the options of all tasks; None for those that were not given.

    Raises:
        UsageError: one of them is an option of other tasks only.
    """
    given = {name: value for name, value in values.items() if value is not None}
    for name in given:
        if name not in tasks[task]:
            owner = next(other for other, options in tasks.items() if name in options)
            raise UsageError(f"{_flag(name)}: expected with --task {owner}, found with --task {task}; leave it out")
    return given


def check_required(task: str, names: Iterable[str], given: Mapping[str, Any]) -> None:
    """Refuse a command without an option that its task needs.

    Raises:
        UsageError: one was not given.
    """
    missing = [_flag(name) for name in names if name not in given]
    if missing:
        raise UsageError(f"--task {task}: expected {' and '.join(missing)}, found none; add what is missing")


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
