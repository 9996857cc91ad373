import keras
import numpy as np
import pytest

from cscfuse_keras.layers import SoftThreshold

pytestmark = pytest.mark.backend

VALUES = np.linspace(-2, 2, 81, dtype="float32")


def thresholded(values, threshold, **arguments):
    layer = SoftThreshold(**arguments)
    layer.build((None, 1))
    layer.threshold.assign([threshold])
    return keras.ops.convert_to_numpy(layer(values[:, None]))[:, 0]


@pytest.mark.parametrize("nonnegative", [True, False])
@pytest.mark.parametrize("threshold", [0.0, 0.15, 1.0, 3.0])
def test_is_the_proximal_operator_of_the_l1_norm(nonnegative, threshold):
    candidates = np.linspace(-3, 3, 6001)
    objective = (candidates - VALUES[:, None]) ** 2 / 2 + threshold * np.abs(candidates)
    expected = candidates[objective.argmin(axis=1)]
    actual = thresholded(VALUES, threshold, nonnegative=nonnegative)
    np.testing.assert_allclose(actual, expected, atol=1.01e-3 / 2)


def test_negative_threshold_adds_to_every_magnitude_but_zero():
    np.testing.assert_allclose(
        thresholded(np.float32([-1, -0.1, 0, 0.1, 1]), -0.5, nonnegative=False), [-1.5, -0.6, 0, 0.6, 1.5]
    )


def test_negative_threshold_counts_as_zero_where_it_must_not_be_negative():
    np.testing.assert_array_equal(thresholded(VALUES, -0.5, nonnegative=True), VALUES)


@pytest.mark.parametrize(("shared", "expected"), [(False, [[0.5, 1.0, 2.0]]), (True, [[0.5, 1.5, 2.5]])])
def test_one_threshold_a_channel_or_one_for_all(shared, expected, numpy_of):
    layer = SoftThreshold(shared=shared)
    layer.build((None, 3))
    layer.threshold.assign([0.5] if shared else [0.5, 1.0, 1.0])
    np.testing.assert_allclose(numpy_of(layer(np.float32([[1, 2, 3]]))), expected)


@pytest.mark.parametrize("nonnegative", [True, False])
def test_training_keeps_thresholds_nonnegative_if_asked(nonnegative, numpy_of):
    layer = SoftThreshold(0.01, nonnegative=nonnegative)
    symbol = keras.Input((2,))
    model = keras.Model(symbol, layer(symbol))
    model.compile(keras.optimizers.SGD(1.0), "mse", jit_compile=False)
    values = np.ones((1, 2), "float32")
    # The target is above all values, so the gradient pushes the thresholds down.
    model.train_on_batch(values, values + 1)
    np.testing.assert_allclose(numpy_of(layer.threshold), 0 if nonnegative else -1, atol=0.02)


@pytest.mark.parametrize("nonnegative", [True, False])
def test_gradient_is_one_outside_and_zero_inside(nonnegative, gradient):
    layer = SoftThreshold(0.5, nonnegative=nonnegative)
    layer.build((None, 1))
    slope = gradient(lambda x: keras.ops.sum(layer(x)), np.float32([[-2], [-0.3], [0.2], [0.7]]))
    np.testing.assert_array_equal(slope[:, 0], [1, 0, 0, 1])


def test_negative_initial_threshold_must_be_allowed():
    with pytest.raises(ValueError, match=r"initial_threshold must be >= 0.*received -0\.1"):
        SoftThreshold(-0.1)
    assert SoftThreshold(-0.1, nonnegative=False).initial_threshold == -0.1
