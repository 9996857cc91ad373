"""CSCFuse in Keras 3: image fusion by convolutional sparse coding.

import cscfuse_keras

fused = cscfuse_keras.fuse("ivf", infrared, visible, data_range=255)
fused = cscfuse_keras.fuse("mef", dark, middle, bright, data_range=255)
fused = cscfuse_keras.fuse("msf", low_resolution, guide, data_range=65535, guide_range=255)

model = cscfuse_keras.adapt(low_resolution, guide, data_range=2047, guide_range=2047)  # no preset for such images
fused = cscfuse_keras.fuse("msf", low_resolution, guide, data_range=2047, guide_range=2047, preset=model)
"""

import importlib
import sys
from typing import Any

from cscfuse_keras.errors import CSCFuseError, EnvironmentProblem, InputError, ModelError, UsageError

__version__ = "0.1.0"
__all__ = [
    "CSCFuseError",
    "EnvironmentProblem",
    "InputError",
    "ModelError",
    "UsageError",
    "adapt",
    "from_preset",
    "fuse",
]

_TASKS = ("ivf", "mef", "msf")

# OpenVINO would tell its makers of every start, from processes that may outlive ours; it does without that package.
sys.modules.setdefault("openvino_telemetry", None)  # pyright: ignore[reportArgumentType] - the documented way


def fuse(task: str, *sources: Any, **settings: Any):
    """Fuse arrays with a shipped preset.

    Args:
        task: `"ivf"`: sources are infrared and visible, see `cscfuse_keras.tasks.ivf.fuse`; `"mef"`: sources are
            exposures of a scene, see `cscfuse_keras.tasks.mef.fuse`; `"msf"`: sources are a low-resolution image of
            many bands and a sharp guide, see `cscfuse_keras.tasks.msf.fuse`.
        sources: the task's images.
        settings: keyword arguments of the task's function. `data_range`, the value that means white, is always needed.

    Returns:
        The fused image.

    Raises:
        UsageError: there is no such task.
    """
    if task not in _TASKS:
        raise UsageError(f"task: expected one of {', '.join(_TASKS)}, found {task!r}")
    return importlib.import_module(f"cscfuse_keras.tasks.{task}").fuse(*sources, **settings)


def adapt(low_resolution: Any, guide: Any, **settings: Any):
    """Train a model for `fuse("msf", ...)` on the very images to fuse; see `cscfuse_keras.tasks.msf_adapt.adapt`.

    Args:
        low_resolution: image of many bands.
        guide: sharp image of the same area.
        settings: keyword arguments of that function. `data_range` and `guide_range` are always needed.

    Returns:
        Keras model, to be given to `fuse` as `preset`.
    """
    return importlib.import_module("cscfuse_keras.tasks.msf_adapt").adapt(low_resolution, guide, **settings)


def from_preset(name: str, **overrides: Any):
    """Keras model that fuses, with shipped weights; see `cscfuse_keras.models.presets.load_preset`.

    Args:
        name: `"ivf-paper"` for instance, a task's name for its default preset, or the path of a `.keras` file.
        overrides: settings that need no new weights, such as `base_rule`.
    """
    # Keras takes seconds to import, and a backend with it: only who loads a model pays.
    from cscfuse_keras.models.presets import load_preset

    return load_preset(name, **overrides).model
