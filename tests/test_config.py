import dataclasses
import json
from typing import ClassVar, Literal

import pytest

from cscfuse_keras.config import Config
from cscfuse_keras.errors import UsageError


@dataclasses.dataclass(frozen=True)
class Example(Config):
    count: int = 3
    rate: float = 0.5
    name: str = "a"
    enabled: bool = True
    widths: tuple[int, ...] = (1, 2)
    kind: Literal["soft", "hard"] = "soft"
    limit: float | None = None


def test_settings_left_out_keep_their_defaults():
    assert Example.from_dict({"count": 5}) == Example(count=5)
    assert Example.from_dict({}) == Example()


def test_round_trip_through_json():
    example = Example(7, 1.5, "b", False, (4, 5, 6), "hard", 2.0)
    stored = json.loads(json.dumps(example.to_dict()))
    assert Example.from_dict(stored) == example
    assert Example.from_dict(json.loads(json.dumps(Example().to_dict()))) == Example()


def test_a_whole_number_is_a_float():
    rate = Example.from_dict({"rate": 2}).rate
    assert rate == 2
    assert isinstance(rate, float)


def test_a_typing_error_names_the_nearest_setting():
    with pytest.raises(UsageError, match=r"my\.json: expected a setting of Example, found 'wdths'.*'widths'\?"):
        Example.from_dict({"wdths": [1]}, where="my.json")


def test_an_unknown_name_lists_the_settings():
    with pytest.raises(UsageError, match="valid settings are count, rate, name"):
        Example.from_dict({"xyzzy": 1})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"count": "3"}, "count must be of type int; found '3' \\(str\\)"),
        ({"count": 3.0}, "count must be of type int; found 3.0 \\(float\\)"),
        ({"count": True}, "count must be of type int; found True \\(bool\\)"),
        ({"count": None}, "count must be of type int; found None"),
        ({"rate": "0.5"}, "rate must be of type float"),
        ({"rate": True}, "rate must be of type float; found True"),
        ({"name": 1}, "name must be of type str; found 1"),
        ({"enabled": 1}, "enabled must be of type bool; found 1"),
        ({"widths": 3}, "widths must be a list; found 3"),
        ({"widths": "12"}, "widths must be a list; found '12'"),
        ({"widths": [1, "2"]}, "widths must be of type int; found '2'"),
        ({"kind": "medium"}, "kind must be one of soft, hard; found 'medium'"),
        ({"kind": ["soft"]}, "kind must be one of soft, hard"),
        ({"limit": "none"}, "limit must be of type float; found 'none'"),
    ],
)
def test_wrong_types_are_refused(values, message):
    with pytest.raises(UsageError, match=f"^configuration: {message}"):
        Example.from_dict(values)


@pytest.mark.parametrize(
    "values",
    [{"count": 0}, {"count": -1}, {"rate": -0.1}, {"rate": float("nan")}, {"limit": float("inf")}, {"widths": [1, 0]}],
)
def test_numbers_that_no_setting_can_have(values):
    (name,) = values
    with pytest.raises(UsageError, match=f"^configuration: {name} must be a finite number from [01] on; found"):
        Example.from_dict(values)


def test_zeros_by_default_or_by_name():
    @dataclasses.dataclass(frozen=True)
    class Zeros(Config):
        MAY_BE_ZERO: ClassVar[frozenset[str]] = frozenset({"named"})
        seed: int = 0
        named: int = 2

    assert Zeros.from_dict({"seed": 0, "named": 0}).named == 0
    with pytest.raises(UsageError, match="seed must be a finite number from 0 on"):
        Zeros.from_dict({"seed": -1})


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Example().count = 4  # pyright: ignore[reportAttributeAccessIssue]
