"""Fixtures for all tests. Helpers are fixtures that give functions, since the tests are no package."""

import functools
import os
import socket
import sys
import types
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import cv2
import keras
import numpy as np
import pytest


def refuse_network(event, arguments):
    """Nothing here reaches the network: looking up a name, or connecting, fails in whatever test it happens."""
    if event in ("socket.getaddrinfo", "socket.gethostbyname") or (
        event in ("socket.connect", "socket.sendto") and arguments[0].family in (socket.AF_INET, socket.AF_INET6)
    ):
        raise AssertionError(f"the network was tried: {event} {arguments[1:]}")


sys.addaudithook(refuse_network)

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def golden():
    """Golden vectors by file name, as golden/README.md describes them, but images and codes channels-last."""

    @functools.cache
    def read(name):
        with np.load(GOLDEN / f"{name}.npz") as arrays:
            vectors = dict(arrays)
        for key, array in vectors.items():
            if key.startswith(("in.", "out.")) and array.ndim == 4:
                vectors[key] = np.moveaxis(array, 1, -1)
        return vectors

    return read


@pytest.fixture(scope="session")
def numpy_of():
    """A tensor of any backend as a numpy array."""
    return keras.ops.convert_to_numpy


@pytest.fixture(scope="session")
def random_images():
    """Uniform random float32 arrays in [low, high), always the same for a shape and a seed."""

    def images(*shape, seed=0, low=0.0, high=1.0):
        return np.random.default_rng(seed).uniform(low, high, shape).astype("float32")

    return images


@pytest.fixture(scope="session")
def draw_pictures():
    """Write grey PNG pictures of smooth random shapes, and give their paths."""

    def draw(folder, names, size=(40, 48)):
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / name for name in names]
        for k, path in enumerate(paths):
            noise = np.random.default_rng(k).normal(size=size)
            smooth = cv2.GaussianBlur(noise, (0, 0), 3)
            cv2.imwrite(str(path), np.rint(255 * (smooth - smooth.min()) / np.ptp(smooth)).astype("uint8"))
        return paths

    return draw


@pytest.fixture(params=["keras", "openvino", "litert"])
def engine(request):
    """What computes the parts of networks, each of them."""
    from cscfuse_keras.runtimes.engines import engine_for

    return engine_for(request.param)


@pytest.fixture(scope="session")
def mef_model(tmp_path_factory):
    """`.keras` file of a small multi-exposure fusion model with random weights."""
    from cscfuse_keras.models.mef import MEFConfig, build_fusion

    keras.utils.set_random_seed(0)
    path = tmp_path_factory.mktemp("mef") / "random.keras"
    build_fusion(MEFConfig(units=2, code_channels=4)).save(path)
    return path


@pytest.fixture(scope="session")
def msf_model(tmp_path_factory):
    """`.keras` file of a small multi-spectral fusion model, 4 bands and a grey guide at scale 2, random weights."""
    from cscfuse_keras.models.msf import MSFConfig, build_network

    keras.utils.set_random_seed(0)
    path = tmp_path_factory.mktemp("msf") / "random.keras"
    network = build_network(MSFConfig(bands=4, guide_channels=1, units=2, code_channels=4))
    # Training starts from zeros there, where the guide would not matter.
    kernel = network.get_layer("decoder").kernel
    kernel.assign(np.random.default_rng(0).normal(0, 0.1, kernel.shape))
    network.save(path)
    return path


def tensorflow_gradient(function, point):
    import tensorflow as tf

    point = tf.convert_to_tensor(point)
    with tf.GradientTape() as tape:
        tape.watch(point)
        value = function(point)
    return tape.gradient(value, point)


def jax_gradient(function, point):
    import jax  # pyright: ignore[reportMissingImports] - installed only for that backend

    return jax.jit(jax.grad(function))(jax.numpy.asarray(point))


def torch_gradient(function, point):
    import torch

    point = keras.ops.convert_to_tensor(point).requires_grad_()
    return torch.autograd.grad(function(point), point)[0]


@pytest.fixture(scope="session")
def gradient():
    """Gradient of a scalar function of one array at a point, on any backend."""
    differentiate = {"tensorflow": tensorflow_gradient, "jax": jax_gradient, "torch": torch_gradient}[
        keras.backend.backend()
    ]
    return lambda function, point: keras.ops.convert_to_numpy(differentiate(function, point))


def set_convolution(convolution, state, name):
    convolution.kernel.assign(state[f"{name}.weight"].transpose(2, 3, 1, 0))
    if convolution.use_bias:
        convolution.bias.assign(state[f"{name}.bias"])


def set_normalization(normalization, state, name):
    normalization.gamma.assign(state[f"{name}.weight"])
    normalization.beta.assign(state[f"{name}.bias"])
    normalization.moving_mean.assign(state[f"{name}.running_mean"])
    normalization.moving_variance.assign(state[f"{name}.running_var"])


def set_unit(unit, state, name="state"):
    for k, convolution in enumerate(unit.decoder):
        set_convolution(convolution, state, f"{name}.conv.conv_decoder.de_conv{k}.conv2d")
    for k, convolution in enumerate(unit.encoder):
        set_convolution(convolution, state, f"{name}.conv.conv_encoder.en_conv{k}.conv2d")
    if unit.channel_shift is not None:
        set_convolution(unit.channel_shift, state, f"{name}.conv.conv_channel_shift")
    set_normalization(unit.normalization, state, f"{name}.norm")
    if isinstance(unit.shrinkage, keras.layers.PReLU):
        unit.shrinkage.alpha.assign(state[f"{name}.activation.weight"].reshape(1, 1, -1))
    elif unit.shrinkage.weights:
        unit.shrinkage.threshold.assign(state[f"{name}.activation.theta"].reshape(-1))


@pytest.fixture(scope="session")
def from_state():
    """Setters of a built layer's weights from the entries of a PyTorch state dict that begin with a name."""
    return types.SimpleNamespace(convolution=set_convolution, normalization=set_normalization, unit=set_unit)
