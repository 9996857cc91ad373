"""Typed, plain-data settings that are checked when they are read."""

import dataclasses
import difflib
import math
import types
import typing
from typing import Any, ClassVar, Self

from cscfuse_keras.errors import UsageError


@dataclasses.dataclass(frozen=True)
class Config:
    """Base of all settings: a frozen dataclass that converts to and from plain dictionaries."""

    MAY_BE_ZERO: ClassVar[frozenset[str]] = frozenset()
    """Whole numbers that may be 0; where that is the default it need not be named."""

    @classmethod
    def from_dict(cls, values: dict[str, Any], where: str = "configuration") -> Self:
        """Make a config from plain data.

        Args:
            values: setting names and values; settings left out keep their defaults.
            where: names the origin (a file, say) in error messages.

        Raises:
            UsageError: an unknown name (the nearest valid one is suggested), a value of a wrong type, or a number that
                no setting can have.
        """
        hints = typing.get_type_hints(cls)
        names = [field.name for field in dataclasses.fields(cls)]
        checked = {}
        for name, value in values.items():
            if name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                remedy = f"did you mean {near[0]!r}?" if near else f"valid settings are {', '.join(names)}"
                raise UsageError(f"{where}: expected a setting of {cls.__name__}, found {name!r}; {remedy}")
            checked[name] = _checked(value, hints[name], f"{where}: {name}")
            zero = name in cls.MAY_BE_ZERO or cls.__dataclass_fields__[name].default == 0
            _check_numbers(checked[name], zero, f"{where}: {name}")
        return cls(**checked)

    def to_dict(self) -> dict[str, Any]:
        """All settings as plain data that JSON can hold."""
        return dataclasses.asdict(self)


def _check_numbers(value, zero, where):
    """Refuse what makes sense for no setting: whole numbers that count nothing, others below 0 or not finite."""
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, int | float) and not isinstance(number, bool):
            least = 0 if zero or isinstance(number, float) else 1
            # Written so that NaN, for which every comparison is false, is refused.
            if not least <= number < math.inf:
                raise UsageError(f"{where} must be a finite number from {least} on; found {value!r}")


def _checked(value, hint, where):
    """`value` as the annotated type, or a UsageError."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        if value in arguments:
            return value
        raise UsageError(f"{where} must be one of {', '.join(map(str, arguments))}; found {value!r}")
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        (hint,) = (argument for argument in arguments if argument is not type(None))
        return _checked(value, hint, where)
    if origin is tuple:
        if isinstance(value, list | tuple):
            return tuple(_checked(item, arguments[0], where) for item in value)
        raise UsageError(f"{where} must be a list; found {value!r}")
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    raise UsageError(f"{where} must be of type {hint.__name__}; found {value!r} ({type(value).__name__})")
