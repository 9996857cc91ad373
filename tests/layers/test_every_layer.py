"""The check that every layer passes, merge rules included: a new layer needs a line in CASES."""

import inspect

import keras
import numpy as np
import pytest

from cscfuse_keras import fusion, layers

pytestmark = pytest.mark.backend


def images(*channels):
    return [(2, 9, 12, count) for count in channels]


def exposures(*channels):
    return [(2, 3, 9, 12, count) for count in channels]


# Class, arguments, shapes of the inputs.
CASES = {
    "box_filter": (layers.BoxFilter, {"radius": 2, "border": "cut"}, images(3)),
    "code_activity": (layers.CodeActivity, {"radius": 2}, images(3)),
    "code_decoder": (layers.CodeDecoder, {"channels": (5, 1)}, images(6, 6)),
    "dcu_from_image": (layers.DictionaryConvolutionalUnit, {"code_channels": 6}, images(2)),
    "dcu": (layers.DictionaryConvolutionalUnit, {"code_channels": 10, "activation": "prelu"}, images(2, 10)),
    "dcu_options": (
        layers.DictionaryConvolutionalUnit,
        {
            "code_channels": 6,
            "kernel_size": 5,
            "dilation": 2,
            "decoder_convolutions": 2,
            "encoder_convolutions": 2,
            "initial_threshold": 0.1,
            "shared_threshold": True,
            "nonnegative_threshold": False,
            "batch_normalization": False,
            "border": "symmetric",
            "use_bias": True,
            "output_channels": 4,
        },
        images(2, 6),
    ),
    "depth_to_space": (layers.DepthToSpace, {"scale": 2}, images(12)),
    "double_like": (layers.DoubleLike, {}, [(2, 5, 6, 3), (2, 9, 12, 1)]),
    "enlarge": (layers.Enlarge, {"scale": 3, "grid": "co_sited"}, images(3)),
    "enlarge_align_corners": (layers.Enlarge, {"scale": 2, "grid": "align_corners"}, images(3)),
    "fast_guided_filter": (layers.FastGuidedFilter, {"radius": 2, "epsilon": 0.1, "scale": 1}, images(3, 3, 3)),
    "fold_exposures": (layers.FoldExposures, {}, exposures(1)),
    "guided_filter": (layers.GuidedFilter, {"radius": 2, "epsilon": 0.1, "border": "reflect"}, images(3, 3)),
    "halve": (layers.Halve, {}, images(3)),
    "padded_conv": (
        layers.PaddedConv2D,
        {"filters": 4, "kernel_size": 5, "dilation": 2, "border": "edge", "kernel_initializer": "he_normal"},
        images(3),
    ),
    "padded_conv_few_filters": (layers.PaddedConv2D, {"filters": 1, "use_bias": True}, images(10)),
    "rgb_to_ycbcr": (layers.RGBToYCbCr, {}, images(3)),
    "shrink": (layers.Shrink, {"scale": 3}, images(3)),
    "soft_threshold": (layers.SoftThreshold, {"initial_threshold": 0.2}, images(4)),
    "soft_threshold_shared": (layers.SoftThreshold, {"shared": True, "nonnegative": False}, images(4)),
    "space_to_depth": (layers.SpaceToDepth, {"scale": 3}, images(2)),
    "two_scale_split": (layers.TwoScaleSplit, {"window": 5}, images(2)),
    "unfold_exposures": (layers.UnfoldExposures, {}, [(6, 9, 12, 1), (2, 3, 9, 12, 3)]),
    "ycbcr_to_rgb": (layers.YCbCrToRGB, {}, images(3)),
    "merge_exposures": (fusion.MergeExposures, {}, exposures(3, 1)),
    "merge_saliency": (fusion.MergeCodes, {"rule": "saliency"}, images(3, 3)),
    "merge_l1_norm": (fusion.MergeCodes, {"rule": "l1_norm", "gain": 1.5}, images(3, 3)),
    "merge_average": (fusion.MergeCodes, {"rule": "average"}, images(3, 3)),
    "merge_sum": (fusion.MergeCodes, {"rule": "sum"}, images(3, 3)),
}
# Weights that rightly get no gradient: the next batch normalisation takes away what this one adds.
UNMOVED = {"code_decoder": "code_decoder/normalization_0/beta"}
# Inputs whose values do not matter.
UNUSED = {"double_like": 1, "unfold_exposures": 1}
# Another size that a layer takes.
OTHER_SIZE = {"space_to_depth": (6, 6)}
TOLERANCE = {"float16": 0.01, "bfloat16": 0.1}
# JAX compiles operation by operation otherwise, which takes longer.
JIT = keras.backend.backend() == "jax"


@pytest.fixture(params=CASES)
def case(request):
    return request.param


@pytest.fixture
def new_layer(case):
    layer_class, arguments, _ = CASES[case]
    return lambda **more: layer_class(**arguments, **more)


@pytest.fixture
def inputs(case, random_images):
    return [random_images(*shape, seed=k, low=-1) for k, shape in enumerate(CASES[case][2])]


@pytest.fixture
def symbols(case):
    """Keras inputs of which only the rank and the number of channels are known."""
    return [keras.Input((None,) * (len(shape) - 2) + shape[-1:]) for shape in CASES[case][2]]


def shapes_of(tensors):
    return [tuple(tensor.shape) for tensor in keras.tree.flatten(tensors)]


def assert_close(actual, expected, tolerance):
    for one, other in zip(keras.tree.flatten(actual), keras.tree.flatten(expected), strict=True):
        one, other = (keras.ops.convert_to_numpy(keras.ops.cast(values, "float32")) for values in (one, other))
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


def test_every_public_layer_has_a_case():
    public = [getattr(package, name) for package in (layers, fusion) for name in package.__all__]
    expected = {item for item in public if inspect.isclass(item) and issubclass(item, keras.Layer)}
    assert {layer_class for layer_class, _, _ in CASES.values()} == expected


def test_config_makes_the_same_layer(case, new_layer):
    layer = new_layer(name="given")
    config = layer.get_config()
    arguments = {name: value for name, value in CASES[case][1].items() if not name.endswith("initializer")}
    assert config | arguments | {"name": "given"} == config
    assert type(layer).from_config(config).get_config() == config


def test_shapes_are_known_before_the_call(new_layer, inputs):
    layer = new_layer()
    computed = layer.compute_output_shape(*(array.shape for array in inputs))
    computed = [tuple(shape) for shape in ([computed] if isinstance(computed[0], int) else computed)]
    assert shapes_of(layer(*(keras.Input(batch_shape=array.shape) for array in inputs))) == computed
    assert shapes_of(layer(*inputs)) == computed


def test_model_takes_any_size(case, new_layer, inputs, symbols):
    layer = new_layer()
    model = keras.Model(symbols, layer(*symbols))
    model.compile(jit_compile=JIT)
    assert all(shape[-3:-1] == (None, None) for shape in shapes_of(model.outputs))
    height, width = OTHER_SIZE.get(case, (7, 6))
    for arrays in (inputs, [array[..., :height, :width, :] for array in inputs]):
        assert_close(model.predict_on_batch(arrays), layer(*arrays), tolerance=2e-5)


@pytest.mark.parametrize("precision", TOLERANCE)
def test_half_precision_is_close(new_layer, inputs, precision):
    layer, half = new_layer(), new_layer(dtype=f"mixed_{precision}")
    expected = layer(*inputs)
    half(*inputs)
    half.set_weights(layer.get_weights())
    actual = half(*inputs)
    assert {keras.backend.standardize_dtype(tensor.dtype) for tensor in keras.tree.flatten(actual)} == {precision}
    assert {weight.dtype for weight in half.weights} <= {"float32"}
    assert_close(actual, expected, TOLERANCE[precision])


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_training_moves_all_weights(case, new_layer, inputs, symbols, numpy_of):
    keras.utils.set_random_seed(0)
    layer = new_layer(name=case)
    # Trainable layers before it show that gradients reach every input, even of a layer without weights.
    before = [keras.layers.Dense(symbol.shape[-1], use_bias=False) for symbol in symbols]
    outputs = layer(*(dense(symbol) for dense, symbol in zip(before, symbols, strict=True)))
    model = keras.Model(symbols, keras.tree.flatten(outputs))
    model.compile(keras.optimizers.SGD(1.0), ["mse"] * len(model.outputs), run_eagerly=not JIT)
    old = [numpy_of(weight) for weight in model.trainable_weights]
    targets = [np.full(shape, 0.3, "float32") for shape in shapes_of(model(inputs))]
    assert np.isfinite(model.train_on_batch(inputs, targets)).all()
    still = {
        weight.path
        for weight, values in zip(model.trainable_weights, old, strict=True)
        if np.abs(numpy_of(weight) - values).max() < 1e-6
    }
    expected_still = {UNMOVED[case]} if case in UNMOVED else set()
    if case in UNUSED:
        expected_still |= {weight.path for weight in before[UNUSED[case]].weights}
    assert still == expected_still


def test_saved_model_gives_the_same(new_layer, inputs, symbols, tmp_path):
    model = keras.Model(symbols, new_layer()(*symbols))
    generator = np.random.default_rng(1)
    for weight in model.weights:
        weight.assign(generator.uniform(0.1, 0.9, weight.shape))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert_close(loaded(inputs), model(inputs), tolerance=0)
