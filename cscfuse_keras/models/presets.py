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
from cscfuse_keras.models.model_files import load_model_file
from cscfuse_keras.models.networks import NETWORKS, Network

WEIGHTS = "model.weights.h5"
SETTINGS = "preset.json"


@dataclasses.dataclass(frozen=True)
class Preset:
    """A fusion model ready for use.

    Attributes:
        name: name of the preset, or path of the `.keras` file.
        network: name of its network in `cscfuse_keras.models.networks.NETWORKS`.
        model: the fusion model.
        sha256: hash of the weights file.
    """

    name: str
    network: str
    model: keras.Model
    sha256: str

    @property
    def task(self) -> str:
        """The task that it is for."""
        return NETWORKS[self.network].task


def presets_folder() -> Path:
    """Folder of the shipped presets: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "saved_models"
    return installed if installed.is_dir() else package.parent / "saved_models"


def preset_names() -> list[str]:
    """Names of all shipped presets, default names of the tasks first."""
    folder = presets_folder()
    return [*_defaults(), *sorted(path.parent.name for path in folder.glob(f"*/{SETTINGS}"))]


def load_preset(
    name: str | os.PathLike, task: str | None = None, gain: float | None = None, **overrides: Any
) -> Preset:
    """Load a shipped preset by name, or a model from a `.keras` file.

    Args:
        name: `"ivf-paper"` for instance, a task's name for its default preset, or the path of a `.keras` file written
            by `cscfuse train` or `cscfuse convert`.
        task: if given, the task that the preset must be for.
        gain: factor on the fused picture's contrast, for networks that have one; the preset's by default.
        overrides: settings that need no new weights, such as `base_rule`, `detail_rule`, `base_gain` and `detail_gain`.

    Raises:
        UsageError: there is no such preset, or no such setting.
        ModelError: the weights are damaged, do not fit their settings, or belong to another task.
    """
    path = Path(name)
    preset = _from_file(path, gain, overrides) if path.suffix == ".keras" else _from_folder(str(name), gain, overrides)
    if task is not None and preset.task != task:
        raise ModelError(f"{name}: expected a preset for task {task}, found one for {preset.task}; choose another")
    return preset


def save_preset(folder: Path, network: str, config: Config, model: keras.Model) -> None:
    """Write weights and settings as a preset folder; the model card (README.md) is the author's.

    Args:
        folder: `saved_models/NAME`.
        network: name of the network.
        config: settings of the network.
        model: model from the network's `build_network`, not compiled (so that no optimizer is stored).
    """
    with replacing(folder / WEIGHTS) as partial:
        model.save_weights(partial)
    settings = {"network": network, "config": config.to_dict(), "sha256": file_hash(folder / WEIGHTS)}
    write_text(folder / SETTINGS, json.dumps(settings, indent=1) + "\n")


def preset_file(name: str | os.PathLike) -> Path:
    """The file that settles what a preset is: `preset.json`, which holds the weights' hash, or the `.keras` file.

    Raises:
        UsageError: there is no such preset.
    """
    path = Path(name)
    if path.suffix != ".keras":
        return _folder(str(name)) / SETTINGS
    if not path.is_file():
        found = "a folder" if path.is_dir() else "nothing"
        raise UsageError(f"{path}: expected a .keras file, found {found}; check the path")
    return path


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _defaults() -> dict[str, str]:
    """Default preset of each task by the task's name."""
    return json.loads((presets_folder() / "defaults.json").read_text())


def _folder(name: str) -> Path:
    # A name is no path: it may not lead out of the presets' folder.
    if name not in preset_names():
        raise UsageError(
            f"preset {name!r}: expected one of {', '.join(preset_names())}, or the path of a .keras file; "
            "check the name"
        )
    return presets_folder() / _defaults().get(name, name)


def _from_folder(name: str, gain: float | None, overrides: dict[str, Any]) -> Preset:
    folder = _folder(name)
    try:
        stored = json.loads((folder / SETTINGS).read_text())
        expected, network_name, settings = stored["sha256"], stored["network"], dict(stored["config"])
        found = file_hash(folder / WEIGHTS)
    except (OSError, KeyError, TypeError, ValueError) as problem:
        raise ModelError(
            f"{folder}: expected {SETTINGS} and {WEIGHTS} of a preset, found a problem: {problem!r}; install the "
            "package again"
        ) from problem
    if found != expected:
        raise ModelError(
            f"{folder / WEIGHTS}: expected SHA-256 {expected[:12]}... as in {SETTINGS}, found {found[:12]}...; "
            "install the package again"
        )
    network = NETWORKS[network_name]
    overrides = {**_gains(network, gain), **overrides}
    config = network.config.from_dict({**settings, **overrides}, f"preset {folder.name}")
    model = network.build_network(config)
    model.load_weights(folder / WEIGHTS)
    return Preset(folder.name, network_name, network.build_fusion(config, model), found)


def _from_file(path: Path, gain: float | None, overrides: dict[str, Any]) -> Preset:
    model = load_model_file(preset_file(path))
    name = model.name.removesuffix("_fusion")
    if name not in NETWORKS or not model.name.endswith("_fusion"):
        raise ModelError(
            f"{path}: expected a fusion model of {', '.join(NETWORKS)}, found a model named {model.name!r}"
        )
    network = NETWORKS[name]
    overrides = {**_gains(network, gain), **overrides}
    if overrides:
        try:
            settings = {**network.settings_of(model).to_dict(), **overrides}
        except (AttributeError, KeyError, TypeError, ValueError) as problem:
            raise ModelError(
                f"{path}: expected the layers of network {name}, found others ({problem}); choose another preset"
            ) from problem
        model = network.build_fusion(network.config.from_dict(settings, str(path)), model)
    return Preset(str(path), name, model, file_hash(path))


def _gains(network: Network, gain: float | None) -> dict[str, float]:
    if gain is None:
        return {}
    if not network.gains:
        raise UsageError(f"gain: expected a network with a gain, found one of task {network.task}; leave it out")
    return dict.fromkeys(network.gains, float(gain))
