"""State dicts from PyTorch files, without executing anything that is in them."""

import importlib
import zipfile
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
        found = "a folder" if path.is_dir() else "nothing"
        raise InputError(f"{path}: expected a PyTorch file, found {found}; check the path")
    try:
        _check_members(path)
        state = _state_dict(torch.load(path, map_location="cpu", weights_only=True), torch.Tensor)
        if state is None:
            raise InputError("no state dict of tensors; give the weights file")
        _check_sizes(state, path.stat().st_size)
        return {str(name): tensor.detach().float().numpy() for name, tensor in state.items()}
    except Exception as problem:  # A damaged file gives errors of any type; of memory too, where it claims sizes.
        reason = str(problem).strip().split("\n")[0] or type(problem).__name__
        raise InputError(f"{path}: expected a PyTorch file of weights, found {reason}") from None


def _check_members(path: Path) -> None:
    """Refuse an archive that unpacks to more than its size; `torch.save` stores as it is."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise InputError(f"compressed data ({member.filename!r}); save it again by torch.save")


def _check_sizes(state: dict, length: int) -> None:
    """Refuse tensors that repeat few stored values many times: as arrays they would fill memory."""
    for name, tensor in state.items():
        if tensor.numel() * tensor.element_size() > length:
            raise InputError(f"tensor {name!r} of shape {tuple(tensor.shape)} in {length} bytes; save it again")


def _state_dict(content, tensor):
    """The first dictionary of tensors in nested dictionaries, or None."""
    if not isinstance(content, dict):
        return None
    tensors = {name: value for name, value in content.items() if isinstance(value, tensor)}
    if tensors and len(tensors) == len(content):
        return tensors
    return next((found for value in content.values() if (found := _state_dict(value, tensor)) is not None), None)
