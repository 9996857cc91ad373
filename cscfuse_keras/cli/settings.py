"""Command-line options and config files for the settings of a `Config`."""

import dataclasses
import difflib
import tomllib
import types
import typing
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from cscfuse_keras.config import Config
from cscfuse_keras.errors import InputError, UsageError


def options_for(
    tasks: Mapping[str, Sequence[type[Config]]], but: Collection[str] = ()
) -> Callable[[Callable], Callable]:
    """Decorator that adds an option for every setting of all tasks: `--learning-rate` for `learning_rate`.

    Settings of one name in several tasks share an option, whose help gives each task's meaning and default. Options
    that are not given are passed as None.

    Args:
        tasks: classes of settings by task.
        but: settings that get none.
    """
    options: dict[str, tuple[Any, dict[str, str]]] = {}
    for task, configs in tasks.items():
        for config in configs:
            hints = typing.get_type_hints(config)
            for field in dataclasses.fields(config):
                if field.name in but:
                    continue
                default = " ".join(map(str, field.default)) if isinstance(field.default, tuple) else field.default
                text = f"{_describe(config, field.name)} Default: {default if default != '' else 'none'}."
                options.setdefault(field.name, (hints[field.name], {}))[1][task] = text

    def decorate(function: Callable) -> Callable:
        for name, (hint, texts) in reversed(options.items()):
            text = " ".join(f"{task}: {text}" for task, text in texts.items())
            function = click.option(_flag(name, hint), name, type=_type(hint), default=None, help=text)(function)
        return function

    return decorate


def check_settings(network: str, configs: Sequence[type[Config]], given: Mapping[str, Any]) -> None:
    """Refuse options that are settings of other networks only.

    Raises:
        UsageError: such an option was given.
    """
    names = {field.name for config in configs for field in dataclasses.fields(config)}
    for name, value in given.items():
        if value is not None and name not in names:
            flag = f"--{name.replace('_', '-')}"
            raise UsageError(f"{flag}: expected a setting of {network}, found one of another network; leave it out")


def read_settings(file: Path | None, sections: dict[str, Config], given: dict[str, Any]) -> dict[str, Config]:
    """Settings from defaults, then a TOML file, then options.

    Args:
        file: TOML file with one table a section, or None.
        sections: section names with their default settings.
        given: option values by setting name; None where an option was not given.

    Returns:
        Settings by section name.

    Raises:
        InputError: the file is missing or no TOML.
        UsageError: it has an unknown section or setting, or a value of a wrong type.
    """
    stored = _read_toml(file) if file else {}
    for name, table in stored.items():
        if name not in sections:
            near = difflib.get_close_matches(name, sections, n=1)
            remedy = f"did you mean {near[0]!r}?" if near else "correct its name"
            raise UsageError(f"{file}: expected sections {', '.join(sections)}, found {name!r}; {remedy}")
        if not isinstance(table, dict):
            raise UsageError(f"{file}: expected a section [{name}], found {name} = {table!r}; write its settings below")
    result = {}
    for section, defaults in sections.items():
        values = {**defaults.to_dict(), **stored.get(section, {})}
        type(defaults).from_dict(stored.get(section, {}), f"{file} [{section}]")
        names = {field.name for field in dataclasses.fields(defaults)}
        values.update({name: value for name, value in given.items() if name in names and value is not None})
        result[section] = type(defaults).from_dict(values, section)
    return result


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise InputError(f"{file}: expected a TOML file of settings, found a problem: {problem}; correct it") from None


def _flag(name, hint):
    option = name.replace("_", "-")
    return f"--{option}/--no-{option}" if hint is bool else f"--{option}"


class _Numbers(click.ParamType):
    """Numbers separated by commas or blanks, such as `30,45`; an empty text is none."""

    name = "numbers"

    def __init__(self, kind: type):
        self.kind = kind

    def convert(self, value, parameter, context):
        if isinstance(value, tuple):
            return value
        try:
            return tuple(self.kind(part) for part in value.replace(",", " ").split())
        except ValueError:
            self.fail(f"expected numbers separated by commas, found {value!r}", parameter, context)


def _type(hint):
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return click.Choice(arguments)
    if origin is tuple:
        return _Numbers(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return _type(next(argument for argument in arguments if argument is not type(None)))
    return hint


def _describe(config: type[Config], name: str) -> str:
    """The setting's line in the docstring of the class that declares it."""
    text, found = [], False
    owner = next(ancestor for ancestor in config.__mro__ if name in ancestor.__annotations__)
    for line in (owner.__doc__ or "").splitlines():
        stripped = line.strip()
        if stripped.startswith(f"{name}:"):
            found = True
            text.append(stripped.removeprefix(f"{name}:").strip())
        elif found and line.startswith("            "):
            text.append(stripped)
        elif found:
            break
    return " ".join(text).replace("`", "").replace('"', "")
