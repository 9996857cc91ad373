import keras
import numpy as np
import pytest

from cscfuse_keras.fusion import RULES, MergeCodes

pytestmark = pytest.mark.backend

SHAPE = (2, 9, 14, 3)


@pytest.fixture(params=RULES)
def rule(request):
    return MergeCodes(request.param, gain=1.0)


@pytest.fixture
def codes(random_images):
    first, second = (random_images(*SHAPE, seed=k, low=-1) for k in range(2))
    first[:, :4, :6], second[:, 2:7, 3:9] = 0, 0
    return first, second


def test_equal_codes_are_kept_or_doubled_by_the_sum(rule, codes, numpy_of):
    first, _ = codes
    expected = 2 * first if rule.rule == "sum" else first
    np.testing.assert_allclose(numpy_of(rule(first, first)), expected, atol=1e-6)


def test_order_does_not_matter(rule, codes, numpy_of):
    first, second = codes
    np.testing.assert_allclose(numpy_of(rule(first, second)), numpy_of(rule(second, first)), atol=2e-6)


def test_batch_gives_what_single_images_give(rule, codes, numpy_of):
    together = numpy_of(rule(*codes))
    for k in range(2):
        alone = numpy_of(rule(*(code[k : k + 1] for code in codes)))
        np.testing.assert_allclose(together[k : k + 1], alone, atol=2e-6)


@pytest.mark.parametrize("values", [(0, 0), (0, 0.5), (0.5, 0.5), (-2, 3)])
def test_flat_codes_give_flat_finite_codes(rule, values, numpy_of):
    merged = numpy_of(rule(*(np.full(SHAPE, value, "float32") for value in values)))
    assert np.isfinite(merged).all()
    assert np.ptp(merged) < 1e-6
    low, high = (sum(values), sum(values)) if rule.rule == "sum" else (min(values), max(values))
    assert low - 1e-6 <= merged.mean() <= high + 1e-6


def test_gradient_is_finite_where_codes_are_zero(rule, numpy_of, gradient):
    zeros = np.zeros(SHAPE, "float32")
    slope = gradient(lambda code: keras.ops.sum(rule(code, keras.ops.convert_to_tensor(zeros))), zeros)
    assert np.isfinite(slope).all()
    assert np.abs(slope).max() > 0.1


def test_gain_scales(rule, codes, numpy_of):
    doubled = MergeCodes(rule.rule)
    np.testing.assert_allclose(numpy_of(doubled(*codes)), 2 * numpy_of(rule(*codes)), atol=1e-6)


def test_unknown_rule_is_refused():
    with pytest.raises(ValueError, match=r"rule must be one of saliency.*received 'maximum'"):
        MergeCodes("maximum")
