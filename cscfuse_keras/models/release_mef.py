"""Weights of the method's PyTorch release for the multi-exposure network."""

from collections.abc import Mapping

import keras
import numpy as np

from cscfuse_keras.errors import ModelError

_NORMALIZATION = {
    "weight": "gamma",
    "bias": "beta",
    "running_mean": "moving_mean",
    "running_var": "moving_variance",
}


def load_release_state(model: keras.Model, state: Mapping[str, np.ndarray]) -> None:
    """Put a state dict of the release into a fusion model of the `release` variant.

    Args:
        model: from `cscfuse_keras.models.mef.build_fusion(VARIANTS["release"])`.
        state: arrays by their names in the release, `main.0.conv2d.weight` to `main.5.conv2d.weight`. The prefix
            `module.`, of a model that was trained on several devices, is taken off.

    Raises:
        ModelError: a name is missing or unknown, or an array has another shape; the message names the first. The model
            is then unchanged.
    """
    arrays = {
        name.removeprefix("module."): np.asarray(array)
        for name, array in state.items()
        if not name.endswith("num_batches_tracked")
    }
    variables = _variables(model.get_layer("coder"))
    for name in [*variables, *arrays]:
        if name not in arrays:
            raise _mismatch(name, "an entry", "none")
        if name not in variables:
            raise _mismatch(name, "no such entry", "one")
    values = {name: _as_keras(arrays[name], variable.ndim) for name, variable in variables.items()}
    for name, variable in variables.items():
        if values[name].shape != tuple(variable.shape):
            raise _mismatch(name, f"shape {tuple(variable.shape)}", f"{values[name].shape}, in Keras' order of axes")
    for name, variable in variables.items():
        variable.assign(values[name])


def _mismatch(name: str, expected: str, found: str) -> ModelError:
    return ModelError(
        f"state dict: {name!r}: expected {expected}, found {found}; give the multi-exposure weights of the release and "
        "a network of variant 'release'"
    )


def _variables(coder: keras.Model) -> dict[str, keras.Variable]:
    """The coder's variables by the names of the release, whose first unit is three modules of a sequence."""
    first, *later = [layer for layer in coder.layers if layer.name.startswith("unit_")]
    variables = {"main.0.conv2d.weight": first.encoder[0].kernel}
    variables |= _normalization_variables("main.1", first.normalization)
    variables["main.2.theta"] = first.shrinkage.threshold
    for number, unit in enumerate(later, start=3):
        variables[f"main.{number}.conv.conv_decoder.de_conv0.conv2d.weight"] = unit.decoder[0].kernel
        variables[f"main.{number}.conv.conv_encoder.en_conv0.conv2d.weight"] = unit.encoder[0].kernel
        variables |= _normalization_variables(f"main.{number}.norm", unit.normalization)
        variables[f"main.{number}.activation.theta"] = unit.shrinkage.threshold
    variables[f"main.{3 + len(later)}.conv2d.weight"] = coder.get_layer("code_to_map").kernel
    return variables


def _normalization_variables(name: str, normalization: keras.layers.Layer) -> dict[str, keras.Variable]:
    return {f"{name}.{theirs}": getattr(normalization, ours) for theirs, ours in _NORMALIZATION.items()}


def _as_keras(array: np.ndarray, ndim: int) -> np.ndarray:
    """Kernels from (out, in, height, width) to (height, width, in, out); thresholds from (1, n, 1, 1) to (n,)."""
    return array.transpose(2, 3, 1, 0) if array.ndim == ndim == 4 else array.reshape(-1)
