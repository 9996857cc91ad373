"""Presets: trained weights with the plain-data settings that they belong to."""

import dataclasses
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import keras

from cscfuse_keras.config import Config
from cscfuse_keras.errors import ModelError, UsageError
from cscfuse_keras.io.atomic import replacing, write_text
from cscfuse_keras.models.tasks import TASKS, Task

WEIGHTS = "model.weights.h5"
SETTINGS = "preset.json"


@dataclasses.dataclass(frozen=True)
class Preset:
    """A fusion model ready for use.

    Attributes:
        name: name of the preset, or path of the `.keras` file.
        task: its task.
        model: the fusion model.
        sha256: hash of the weights file.
    """

    name: str
    task: Task
    model: keras.Model
    sha256: str


def presets_folder() -> Path:
    """Folder of the shipped presets: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "saved_models"
    return installed if installed.is_dir() else package.parent / "saved_models"


def preset_names() -> list[str]:
    """Names of all shipped presets, default names of the tasks first."""
    folder = presets_folder()
    return [*_defaults(), *sorted(path.parent.name for path in folder.glob(f"*/{SETTINGS}"))]


def load_preset(name: str | os.PathLike, task: str | None = None, **overrides: Any) -> Preset:
    """Load a shipped preset by name, or a model from a `.keras` file.

    Args:
        name: `"ivf-paper"` for instance, a task's name for its default preset, or the path of a `.keras` file written
            by `cscfuse train` or `cscfuse convert`.
        task: if given, the task that the preset must be for.
        overrides: settings that need no new weights, such as `base_rule`, `detail_rule`, `base_gain` and `detail_gain`.

    Raises:
        UsageError: there is no such preset, or no such setting.
        ModelError: the weights are damaged, do not fit their settings, or belong to another task.
    """
    path = Path(name)
    if path.suffix == ".keras":
        preset = _from_file(path, overrides)
    else:
        preset = _from_folder(presets_folder() / _defaults().get(str(name), str(name)), overrides)
    if task is not None and preset.task.name != task:
        raise ModelError(f"{name}: expected a preset for task {task}, found one for {preset.task.name}; choose another")
    return preset


def save_preset(folder: Path, task: str, config: Config, network: keras.Model) -> None:
    """Write weights and settings as a preset folder; the model card (README.md) is the author's.

    Args:
        folder: `saved_models/NAME`.
        task: name of the task.
        config: settings of the network.
        network: model from the task's `build_network`, not compiled (so that no optimizer is stored).
    """
    with replacing(folder / WEIGHTS) as partial:
        network.save_weights(partial)
    settings = {"task": task, "config": config.to_dict(), "sha256": file_hash(folder / WEIGHTS)}
    write_text(folder / SETTINGS, json.dumps(settings, indent=1) + "\n")


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _defaults() -> dict[str, str]:
    """Default preset of each task by the task's name."""
    return json.loads((presets_folder() / "defaults.json").read_text())


def _from_folder(folder: Path, overrides: dict[str, Any]) -> Preset:
    if not (folder / SETTINGS).exists():
        raise UsageError(
            f"preset {folder.name!r}: expected one of {', '.join(preset_names())}, or the path of a .keras file; "
            "check the name"
        )
    stored = json.loads((folder / SETTINGS).read_text())
    found = file_hash(folder / WEIGHTS)
    if found != stored["sha256"]:
        raise ModelError(
            f"{folder / WEIGHTS}: expected SHA-256 {stored['sha256'][:12]}... as in {SETTINGS}, found {found[:12]}...; "
            "install the package again"
        )
    task = TASKS[stored["task"]]
    config = task.config.from_dict({**stored["config"], **overrides}, f"preset {folder.name}")
    network = task.build_network(config)
    network.load_weights(folder / WEIGHTS)
    return Preset(folder.name, task, task.build_fusion(config, network), found)


def _from_file(path: Path, overrides: dict[str, Any]) -> Preset:
    if not path.exists():
        raise UsageError(f"{path}: expected a .keras file, found nothing; check the path")
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as problem:
        reason = str(problem).strip().split("\n")[0]
        raise ModelError(
            f"{path}: expected a model of this project, found a file that does not load: {reason}"
        ) from problem
    name = model.name.removesuffix("_fusion")
    if name not in TASKS or not model.name.endswith("_fusion"):
        raise ModelError(f"{path}: expected a fusion model of {', '.join(TASKS)}, found a model named {model.name!r}")
    task = TASKS[name]
    if overrides:
        settings = {**task.settings_of(model).to_dict(), **overrides}
        model = task.build_fusion(task.config.from_dict(settings, str(path)), model)
    return Preset(str(path), task, model, file_hash(path))
