import optuna
import pytest

from cscfuse_keras.errors import UsageError
from cscfuse_keras.models.ivf import IVFConfig
from cscfuse_keras.models.msf import MSFConfig
from cscfuse_keras.search.axes import Range, Values, read_axes, shown
from cscfuse_keras.training.ivf import IVFTraining
from cscfuse_keras.training.msf import MSFTraining

IVF, MSF = (IVFConfig, IVFTraining), (MSFConfig, MSFTraining)


@pytest.mark.parametrize(
    ("text", "configs", "settings", "values"),
    [
        ("units=3,5,7,5", IVF, ("units",), (3, 5, 7)),
        ("code-channels = 8, 16", IVF, ("code_channels",), (8, 16)),
        ("base_gain=1,1.5", IVF, ("base_gain",), (1.0, 1.5)),
        ("activation=sst,prelu", IVF, ("base_activation", "detail_activation"), ("soft_threshold", "prelu")),
        ("rule=sum", IVF, ("base_rule", "detail_rule"), ("sum",)),
        ("nonnegative_threshold=true,false", IVF, ("nonnegative_threshold",), (True, False)),
        ("decoder_channels=32 16,8,none", IVF, ("decoder_channels",), ((32, 16), (8,), ())),
        ("steps_per_epoch=none,20", MSF, ("steps_per_epoch",), (None, 20)),
        ("grid=half_pixel,co_sited", MSF, ("grid",), ("half_pixel", "co_sited")),
    ],
)
def test_listed_values(text, configs, settings, values):
    (axis,) = read_axes([text], configs)
    assert isinstance(axis, Values)
    assert axis.settings == settings
    assert axis.values == values
    assert [type(value) for value in axis.values] == [type(value) for value in values]
    for value, choice in zip(axis.values, axis.choices, strict=True):
        assert axis.suggest(optuna.trial.FixedTrial({axis.name: choice})) == value


@pytest.mark.parametrize(
    ("text", "low", "high", "logarithmic"),
    [
        ("learning_rate=1e-4..1e-2", 1e-4, 1e-2, True),
        ("units=1..9", 1, 9, False),
        ("base_gain=0..20", 0.0, 20.0, False),
        ("code_channels=8..128", 8, 128, True),
    ],
)
def test_ranges(text, low, high, logarithmic):
    (axis,) = read_axes([text], IVF)
    assert isinstance(axis, Range)
    assert (axis.low, axis.high, axis.logarithmic) == (low, high, logarithmic)
    assert type(axis.low) is type(low)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["unit=3"], ["found 'unit'", "did you mean 'units'"]),
        (["radius=1"], ["found 'radius'", "valid names are units,"]),
        (["units"], ["expected NAME=VALUE"]),
        (["units="], ["expected NAME=VALUE"]),
        (["units=three"], ["units=three", "of type int", "'three'"]),
        (["units=3,,5"], ["of type int", "''"]),
        (["units=0,1"], ["units=0,1", "from 1 on"]),
        (["base_rule=best"], ["one of saliency, l1_norm, average, sum", "'best'"]),
        (["units=7..3"], ["LOW..HIGH", "lower one first"]),
        (["base_rule=sum..average"], ["LOW..HIGH"]),
        (["activation=relu", "base_activation=prelu"], ["one axis for base_activation", "activation too"]),
        ([], ["settings to vary", "found none"]),
    ],
)
def test_what_is_no_axis_is_told(texts, words):
    with pytest.raises(UsageError) as told:
        read_axes(texts, IVF)
    assert all(word in str(told.value) for word in words), told.value


def test_together_only_where_the_settings_exist():
    with pytest.raises(UsageError, match="'activation'"):
        read_axes(["activation=relu"], MSF)


def test_values_are_shown_as_they_are_written():
    assert [shown(value) for value in (3, 0.0001, True, None, (32, 16), (), "prelu")] == [
        *("3", "0.0001", "true", "none", "32 16", "none", "prelu")
    ]
