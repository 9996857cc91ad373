import dataclasses

import numpy as np
import pytest

from cscfuse_keras.explain import Share, StackTrace, UnitTrace, words


def unit_of(zeros=0.0, norm=1.0, **values):
    code = np.ones((1, 10, 10, 1), np.float32)
    code.ravel()[: round(100 * zeros)] = 0
    image = np.ones((1, 10, 10, 1), np.float32)
    empty = dict.fromkeys(("threshold", "slope", "atoms", "transposition", "receptive_field"))
    return UnitTrace("unit", "soft_threshold", image, norm * image, code, **{**empty, **values})


def stack_of(*norms):
    return StackTrace("image", "coder", ("one",), (), tuple(unit_of(norm=norm) for norm in norms))


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.614, "61 %"), (0.0, "0 %"), (0.004, "0.4 %"), (1e-5, "< 0.1 %"), (-0.2, "−20 %"), (float("nan"), "–")],
)
def test_percent(share, text):
    assert words.percent(share) == text


@pytest.mark.parametrize(
    ("zeros", "verdict"),
    [
        (0.61, "61 % of the last code's numbers are exactly zero: these codes are sparse."),
        (0.3, "in part only"),
        (0.05, "not sparse"),
    ],
)
def test_sparsity(zeros, verdict):
    assert verdict in words.sparsity([unit_of(zeros)])


def test_prelu_cannot_be_sparse():
    unit = dataclasses.replace(unit_of(), activation="prelu", slope=np.array([0.2, 0.3]))
    assert "PReLU makes no zeros" in words.sparsity([unit])
    assert words.thresholds(unit) == "no thresholds: PReLU, slopes below zero from 0.2 to 0.3"


def test_residuals_that_fall():
    assert words.residuals(stack_of(1, 0.5, 0.25)).startswith("The residual falls from unit to unit")
    assert "1, 0.5, 0.25" in words.residuals(stack_of(1, 0.5, 0.25))


def test_residuals_that_do_not_fall():
    text = words.residuals(stack_of(1, 0.5, 0.75, 40))
    assert "does not fall" in text
    assert "grows at units 3, 4" in text
    assert "40 times as large as the image" in text
    assert "only 30 % of the image" in words.residuals(stack_of(1, 0.2, 0.3))
    assert "one unit" in words.residuals(stack_of(1))


def test_thresholds():
    unit = unit_of(threshold=np.array([0.25, 0.0, -0.1]))
    assert words.thresholds(unit) == "1 of 3 thresholds are above zero, largest 0.25; 1 are negative"


def test_transposition():
    assert "0.99, 0.95: nearly so" in words.transposition([unit_of(transposition=value) for value in (0.99, 0.95)])
    assert "0.06: far from it" in words.transposition([unit_of(), unit_of(transposition=0.06)])
    assert words.transposition([unit_of()]) == ""


def test_between_sources():
    shares = [Share("infrared", 0.1, 0.75), Share("visible", -0.2, 0.25)]
    assert words.between(shares) == "between the sources, variation is 75 % from infrared, 25 % from visible"
    pixel = [dataclasses.replace(share, variation=float("nan")) for share in shares]
    assert words.between(pixel).endswith("levels of 255: +26 from infrared, −51 from visible")
