"""One way into a fusion network of any task."""

import importlib
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from cscfuse_keras.errors import ModelError, UsageError
from cscfuse_keras.explain.traces import StackTrace, Trace

_MODULES = {name: f"cscfuse_keras.explain.{name}" for name in ("ivf", "ivf_pyramid", "mef", "msf")}
_ENDINGS = ("_fusion", "_autoencoder", "_training")

Inputs = np.ndarray | Mapping[str, np.ndarray]
"""float32 in [0, 1], of the shapes that the model takes."""


def trace(model: keras.Model, inputs: Inputs) -> Trace:
    """Run a fusion model, and keep what its units, rules and weights did.

    Memory for the codes of all units is needed: about 100 bytes a pixel and unit for 24 channels.

    Args:
        model: a fusion model, such as that of `cscfuse_keras.from_preset` or `load_preset`.
        inputs: one scene, as the model takes it, in [0, 1]: `infrared` and `visible`, each (1, height, width, 1);
            exposures (1, exposures, height, width, 3); or `low_resolution` (1, height, width, bands) and `guide`.

    Raises:
        ModelError: it is no fusion model of this project.
        UsageError: the inputs are not those of one scene.
    """
    network = _network(model)
    if not model.name.endswith("_fusion"):
        raise ModelError(f"expected a fusion model, found {model.name}; make one, or see trace_stacks")
    return _module(network).trace(model, _of_one_scene(inputs))


def trace_stacks(model: keras.Model, inputs: Inputs) -> list[StackTrace]:
    """What the units of a model did, as far as `trace` tells of them.

    Args:
        model: a fusion model, or one that is trained: the autoencoder of `ivf`, which takes pictures
            (items, height, width, 1), or a model that adds its loss.
        inputs: see `trace`; several pictures for the autoencoder.

    Raises:
        ModelError: it is no model of this project.
        UsageError: the inputs are not those of one scene.
    """
    network = _network(model)
    if model.name.endswith("_training"):
        model = model.get_layer(f"{network}_fusion")
    several = model.name.endswith("_autoencoder")
    return list(_module(network).trace_stacks(model, inputs if several else _of_one_scene(inputs)))


def _network(model: keras.Model) -> str:
    name = model.name
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    if name not in _MODULES:
        raise ModelError(f"expected a model of {', '.join(_MODULES)}, found one named {model.name!r}; give another")
    return name


def _module(network: str) -> Any:
    return importlib.import_module(_MODULES[network])


def _of_one_scene(inputs: Inputs) -> Inputs:
    arrays = inputs if isinstance(inputs, Mapping) else {"exposures": inputs}
    for name, array in arrays.items():
        if len(array) != 1:
            raise UsageError(f"{name}: expected a batch of one scene, found shape {array.shape}; trace them one by one")
    return inputs
