import math

import numpy as np
import pytest

from cscfuse_keras.metrics.support_vector_regression import FeatureScaling, SupportVectorRegression

MODEL = """svm_type epsilon_svr
kernel_type rbf
gamma 0.5
nr_class 2
total_sv 2
rho -3.25
probA 1.5
SV
2 1:1 3:-1e-1 
-4.5 2:.25
"""
RANGES = "x\n-1 1\n1 0 2\n2 -5 5\n3 1e-005 4e-005\n"


def regression(text=MODEL):
    return SupportVectorRegression.parse(text.encode(), features=3)


def test_equals_the_sum_by_hand():
    # Features that a line leaves out are 0.
    point = np.array([0.5, 1.0, -2.0])
    first = 2 * math.exp(-0.5 * (0.5**2 + 1 + 1.9**2))
    second = -4.5 * math.exp(-0.5 * (0.5**2 + 0.75**2 + 4))
    assert regression()(point) == pytest.approx(first + second + 3.25, rel=1e-12)


def test_line_ends_of_windows():
    point = np.array([0.1, 0.2, 0.3])
    assert regression(MODEL.replace("\n", "\r\n"))(point) == regression()(point)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("epsilon_svr", "c_svc", "svm_type 'c_svc'"),
        ("rbf", "linear", "kernel_type 'linear'"),
        ("svm_type epsilon_svr\n", "", "svm_type 'nothing'"),
        ("gamma 0.5", "gamma -1", "gamma -1"),
        ("gamma 0.5\n", "", "'nothing' for a number"),
        ("rho -3.25", "rho nan", "'nan' for a number"),
        ("total_sv 2", "total_sv 3", "2 support vectors, '3' announced"),
        ("-4.5 2:.25\n", "", "1 support vectors, '2' announced"),
        ("2 1:1 3:-1e-1 \n-4.5 2:.25\n", "", "0 support vectors"),
        ("\nSV\n", "\n", "no list of support vectors"),
        ("3:-1e-1", "4:-1e-1", "'4' for the number of a feature"),
        ("3:-1e-1", "0:-1e-1", "'0' for the number of a feature"),
        ("3:-1e-1", "3:inf", "'inf' for a number"),
        ("3:-1e-1", "3", "'' for a number"),
        ("-4.5 2", "\x00\xff 2", "for a number"),
    ],
)
def test_refuses_another_model(old, new, message):
    assert old in MODEL
    with pytest.raises(ValueError, match=message):
        regression(MODEL.replace(old, new))


def test_scales_ranges_linearly_and_does_not_clip():
    scaling = FeatureScaling.parse(RANGES.encode(), features=3)
    np.testing.assert_allclose(scaling(np.array([0, 5, 2.5e-5])), [-1, 1, 0], atol=1e-12)
    np.testing.assert_allclose(scaling(np.array([3, -10, 1e-5])), [2, -2, -1], atol=1e-12)
    other = FeatureScaling.parse(RANGES.replace("-1 1", "0 10").encode(), features=3)
    np.testing.assert_allclose(other(np.array([1, 0, 4e-5])), [5, 5, 10], atol=1e-12)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("x\n", "y\n0 1\n0 9\nx\n", "8 lines"),
        ("3 1e-005 4e-005\n", "", "4 lines"),
        ("2 -5 5", "2 -5", "5 lines of another form"),
        ("2 -5 5", "4 -5 5", "features in another order"),
        ("2 -5 5", "2 5 5", "does not ascend"),
        ("-1 1", "1 -1", "does not ascend"),
        ("2 -5 5", "2 -5 nan", "'nan' for a number"),
    ],
)
def test_refuses_other_ranges(old, new, message):
    assert old in RANGES
    with pytest.raises(ValueError, match=message):
        FeatureScaling.parse(RANGES.replace(old, new).encode(), features=3)
