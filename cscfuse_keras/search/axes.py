"""What a search varies, from texts such as `units=3,5,7` and `learning_rate=1e-4..1e-2`."""

import dataclasses
import difflib
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cscfuse_keras.config import Config
from cscfuse_keras.errors import UsageError

TOGETHER = {"activation": ("base_activation", "detail_activation"), "rule": ("base_rule", "detail_rule")}
"""Names that set several settings to one value."""

ABBREVIATIONS = {"sst": "soft_threshold"}
"""The paper's names of values."""

WIDE = 10
"""Ranges whose ends differ by this factor or more are drawn from evenly on a logarithmic scale."""


@dataclasses.dataclass(frozen=True)
class Axis:
    """A setting that is varied, or several that are varied together.

    Attributes:
        name: as the user calls it.
        settings: those of the training or the network that it sets.
    """

    name: str
    settings: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Values(Axis):
    """An axis of listed values, which Optuna knows by `choices`: texts for what a table cannot hold.

    Attributes:
        values: in the order given, each once.
    """

    values: tuple[Any, ...]

    @property
    def choices(self) -> list[Any]:
        """The values as Optuna stores them."""
        return [shown(value) if isinstance(value, tuple) else value for value in self.values]

    def suggest(self, trial: Any) -> Any:
        """The value of an Optuna trial."""
        choices = self.choices
        return self.values[choices.index(trial.suggest_categorical(self.name, choices))]


@dataclasses.dataclass(frozen=True)
class Range(Axis):
    """An axis of all numbers from `low` to `high`; whole ones where these are."""

    low: float
    high: float

    @property
    def logarithmic(self) -> bool:
        """Whether numbers are drawn evenly on a logarithmic scale."""
        return self.low > 0 and self.high >= WIDE * self.low

    def suggest(self, trial: Any) -> Any:
        """The value of an Optuna trial."""
        suggest = trial.suggest_int if isinstance(self.low, int) else trial.suggest_float
        return suggest(self.name, self.low, self.high, log=self.logarithmic)


def shown(value: Any) -> str:
    """A value as the user writes it."""
    if isinstance(value, tuple):
        return " ".join(map(shown, value)) or "none"
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def read_axes(texts: Iterable[str], configs: Sequence[type[Config]]) -> tuple[Axis, ...]:
    """Axes from `NAME=VALUE,VALUE,...` or `NAME=LOW..HIGH`, in the order given.

    A name is that of a setting or one of `TOGETHER`. Numbers of one value, such as those of `decoder_channels`, are
    separated by blanks.

    Args:
        texts: one an axis.
        configs: classes of the settings that there are.

    Raises:
        UsageError: a text is none of the two, names no setting or one that has an axis already, or a value is not one
            that its setting can have.
    """
    owners = {field.name: config for config in configs for field in dataclasses.fields(config)}
    axes: list[Axis] = []
    for text in texts:
        axis = _read_axis(text, owners)
        for name in axis.settings:
            other = next((earlier for earlier in axes if name in earlier.settings), None)
            if other:
                raise UsageError(f"{text}: expected one axis for {name}, found {other.name} too; leave one out")
        axes.append(axis)
    if not axes:
        raise UsageError("--grid: expected settings to vary, such as units=3,5,7, found none; add some")
    return tuple(axes)


def _read_axis(text: str, owners: Mapping[str, type[Config]]) -> Axis:
    name, equals, right = text.partition("=")
    name = name.strip().replace("-", "_")
    if not (equals and name and right.strip()):
        raise UsageError(f"{text!r}: expected NAME=VALUE,VALUE,... or NAME=LOW..HIGH, such as units=3,5,7; correct it")
    together = {alias: members for alias, members in TOGETHER.items() if set(members) <= set(owners)}
    if name not in owners and name not in together:
        known = [*owners, *together]
        near = difflib.get_close_matches(name, known, n=3)
        remedy = f"did you mean {' or '.join(map(repr, near))}?" if near else f"valid names are {', '.join(known)}"
        raise UsageError(f"{text}: expected the name of a setting, found {name!r}; {remedy}")
    settings = together.get(name, (name,))
    owner = owners[settings[0]]
    hint = typing.get_type_hints(owner)[settings[0]]

    def value_of(part: str) -> Any:
        value = _parsed(part.strip(), hint)
        return getattr(owner.from_dict({settings[0]: value}, text), settings[0])

    if ".." in right:
        low, high = map(value_of, right.split("..", 1))
        if isinstance(low, bool) or not (isinstance(low, int | float) and isinstance(high, int | float) and low < high):
            raise UsageError(f"{text}: expected LOW..HIGH of numbers, the lower one first; correct it")
        return Range(name, settings, low, high)
    return Values(name, settings, tuple(dict.fromkeys(map(value_of, right.split(",")))))


def _parsed(text: str, hint: Any) -> Any:
    """A text as the type that a setting has; as it is where it is not of that type, which the setting then says."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return ABBREVIATIONS.get(text, text)
    if origin in (typing.Union, types.UnionType):
        (kind,) = (argument for argument in arguments if argument is not type(None))
        return None if text == "none" else _parsed(text, kind)
    if origin is tuple:
        return () if text == "none" else tuple(_parsed(part, arguments[0]) for part in text.split())
    if hint is bool:
        return {"true": True, "false": False}.get(text, text)
    try:
        return hint(text)
    except ValueError:
        return text
