"""State dicts from PyTorch files, without executing anything that is in them."""

import importlib
from pathlib import Path

import numpy as np

from cscfuse_keras.errors import EnvironmentProblem, InputError


def read_torch_file(path: Path) -> dict[str, np.ndarray]:
    """Read the tensors of a state dict, whether stored alone or inside a training checkpoint.

    Args:
        path: file written by `torch.save`; loaded with `weights_only=True`.

    Returns:
        float32 arrays by parameter name.

    Raises:
        InputError: the file is missing, damaged, holds anything but tensors and plain data, or no state dict.
        EnvironmentProblem: PyTorch is not installed.
    """
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        raise EnvironmentProblem(
            f"{path}: expected PyTorch to read it, found none installed; install cscfuse-keras[torch]"
        ) from None
    if not path.is_file():
        raise InputError(f"{path}: expected a PyTorch file, found nothing; check the path")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as problem:
        reason = str(problem).strip().split("\n")[0]
        raise InputError(
            f"{path}: expected a PyTorch file of weights, found one that does not load: {reason}"
        ) from None
    state = _state_dict(content, torch.Tensor)
    if state is None:
        raise InputError(
            f"{path}: expected a state dict of tensors, found {type(content).__name__}; give the weights file"
        )
    return {name: tensor.float().numpy() for name, tensor in state.items()}


def _state_dict(content, tensor):
    """The first dictionary of tensors in nested dictionaries, or None."""
    if not isinstance(content, dict):
        return None
    tensors = {name: value for name, value in content.items() if isinstance(value, tensor)}
    if tensors and len(tensors) == len(content):
        return tensors
    return next((found for value in content.values() if (found := _state_dict(value, tensor)) is not None), None)
