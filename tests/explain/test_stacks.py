import keras
import numpy as np
import pytest
from scipy import ndimage

from cscfuse_keras.explain.stacks import atoms_of, to_tensor, trace_stack, units_of
from cscfuse_keras.explain.traces import ChannelGroup
from cscfuse_keras.layers import DictionaryConvolutionalUnit

pytestmark = pytest.mark.backend

GREY = [ChannelGroup("grey", (0,))]


def build(count, image_channels=1, code_channels=3, **settings):
    keras.utils.set_random_seed(0)
    units = [DictionaryConvolutionalUnit(code_channels, **settings) for _ in range(count)]
    for k, unit in enumerate(units):
        shape = (None, None, None, image_channels)
        unit.build(shape, (*shape[:-1], code_channels) if k else None)
    return units


def ista(count, step=0.15, threshold=1e-3):
    """Units that are steps of ISTA with one dictionary: Conv1 is its transpose times the step."""
    units = build(count, batch_normalization=False, border="zeros", code_channels=4, initial_threshold=threshold)
    atoms = np.random.default_rng(0).normal(size=(3, 3, 4, 1)).astype("float32")
    atoms /= np.linalg.norm(atoms, axis=(0, 1), keepdims=True)
    for unit in units:
        unit.encoder[0].kernel.assign(step * atoms[::-1, ::-1].transpose(0, 1, 3, 2))
        if unit.decoder:
            unit.decoder[0].kernel.assign(atoms)
    return units


def test_residuals_of_ista_fall(random_images):
    stack = trace_stack(ista(6), random_images(1, 32, 32, 1) - 0.5, "image", "coder", ("one",), GREY)
    assert stack.residuals_fall
    assert stack.residual_norms[0] == 1
    assert stack.residual_norms[-1] < 0.7
    assert [unit.transposition for unit in stack.units[1:]] == pytest.approx([1] * 5, abs=1e-6)
    assert stack.units[0].transposition is None


def test_residuals_of_too_long_steps_do_not_fall(random_images):
    stack = trace_stack(ista(4, step=3.0), random_images(1, 32, 32, 1) - 0.5, "image", "coder", ("one",), GREY)
    assert not stack.residuals_fall


def test_residual_is_what_the_code_does_not_paint(random_images):
    units, image = ista(2), random_images(1, 16, 18, 1)
    first, second = trace_stack(units, image, "image", "coder", ("one",), GREY).units
    painted = sum(ndimage.convolve(first.code[0, ..., k], second.atoms[k, ..., 0], mode="constant") for k in range(4))
    np.testing.assert_array_equal(first.residual, image)
    np.testing.assert_allclose(second.residual[0, ..., 0], image[0, ..., 0] - painted, atol=1e-5)


@pytest.mark.parametrize("settings", [{}, {"decoder_convolutions": 2, "use_bias": True}, {"dilation": 2}])
def test_atoms_paint_what_conv0_paints(settings, random_images, numpy_of):
    _, unit = build(2, image_channels=2, **settings)
    for convolution in unit.decoder:
        if convolution.use_bias:
            convolution.bias.assign([0.3, -0.2])
    code = np.zeros((1, 31, 31, 3), np.float32)
    code[0, 15, 15] = 1.0, -2.0, 0.5
    atoms = atoms_of(unit)
    reach = atoms.shape[1] // 2
    assert reach == {"decoder_convolutions": 2, "dilation": 2}.get(next(iter(settings), ""), 1)
    black = np.zeros((1, 31, 31, 2), np.float32)
    residuals = [numpy_of(unit.residual(to_tensor(black), to_tensor(given))) for given in (np.zeros_like(code), code)]
    painted = residuals[0] - residuals[1]
    window = slice(15 - reach, 16 + reach)
    np.testing.assert_allclose(painted[0, window, window], np.tensordot(code[0, 15, 15], atoms, 1), atol=1e-6)
    painted[0, window, window] = 0
    np.testing.assert_allclose(painted, 0, atol=1e-6)


def test_receptive_fields_of_a_linear_stack_are_its_filters(random_images, numpy_of):
    units = build(3, image_channels=2, initial_threshold=0.0, border="zeros")
    groups = [ChannelGroup("first", (0,)), ChannelGroup("second", (1,))]
    images = random_images(1, 40, 40, 2)
    field = trace_stack(units, images, "image", "coder", ("one",), groups).units[-1].receptive_field
    assert field.shape == (2, 11, 11, 3)
    changed = images.copy()
    changed[0, 20, 21, 1] += 0.1
    codes = []
    for image in (images, changed):
        code = None
        for unit in units:
            code = unit(image, code) if code is not None else unit(image)
        codes.append(numpy_of(code))
    # The code at (18, 22) sees the changed pixel two rows below and a column to the left.
    np.testing.assert_allclose(field[1, 5 + 2, 5 - 1], (codes[1] - codes[0])[0, 18, 22] / 0.1, atol=1e-4)
    assert np.abs(field[1, 7, 4]).max() > 1e-3


def test_no_receptive_field_of_an_image_smaller_than_it(random_images):
    units = trace_stack(build(3), random_images(1, 9, 30, 1), "image", "coder", ("one",), GREY).units
    assert [unit.receptive_field for unit in units] == [None] * 3
    assert units[0].reach is None


@pytest.mark.parametrize("activation", ["soft_threshold", "prelu", "relu"])
def test_what_activations_have_learned(activation, random_images):
    settings = {"shared_threshold": True, "initial_threshold": 0.2} if activation == "soft_threshold" else {}
    (unit,) = trace_stack(
        build(1, activation=activation, **settings), random_images(1, 12, 12, 1), "image", "coder", ("one",), GREY
    ).units
    learned = {"soft_threshold": unit.threshold, "prelu": unit.slope}
    for name, values in learned.items():
        assert (values is not None) == (name == activation)
    if activation == "soft_threshold":
        np.testing.assert_allclose(unit.threshold, [0.2] * 3)
        assert unit.active_thresholds == 3


def test_units_are_found_by_name():
    image = keras.Input((None, None, 1))
    first, second = (DictionaryConvolutionalUnit(2, name=f"detail_unit_{k}") for k in range(2))
    model = keras.Model(image, second(image, first(image)))
    assert units_of(model, "detail_unit") == [first, second]
    with pytest.raises(ValueError, match="expected layers base_unit_0"):
        units_of(model, "base_unit")
