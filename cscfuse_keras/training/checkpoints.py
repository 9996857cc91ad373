"""All numbers of a training in one file: weights, counters, optimizer, running losses."""

import io

import keras
import numpy as np


def content_of(model: keras.Model) -> bytes:
    """The state of a compiled model whose optimizer is built, as an `.npz` file."""
    if hasattr(model, "jax_state_sync"):
        # While an epoch runs on JAX, the variables are behind.
        model.jax_state_sync()
    buffer = io.BytesIO()
    np.savez(buffer, *(keras.ops.convert_to_numpy(variable) for variable in _variables(model)))
    return buffer.getvalue()


def restore(model: keras.Model, content: bytes) -> None:
    """Give a compiled model of the same settings the state that `content_of` gave.

    Raises:
        ValueError: it is of another model.
    """
    model.optimizer.build(model.trainable_variables)
    variables = _variables(model)
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        if len(arrays.files) != len(variables):
            raise ValueError(f"{len(arrays.files)} arrays for {len(variables)} variables")
        for variable, name in zip(variables, arrays.files, strict=True):
            variable.assign(arrays[name])


def _variables(model):
    return [*model.variables, *model.optimizer.variables, *model.metrics_variables]
