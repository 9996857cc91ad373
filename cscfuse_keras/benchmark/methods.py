"""The methods that a benchmark knows: presets, methods of others, and folders of results made elsewhere."""

import dataclasses
import functools
import importlib
import importlib.metadata
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from cscfuse_keras import __version__
from cscfuse_keras.benchmark.results import hash_of
from cscfuse_keras.errors import UsageError

METHODS: Mapping[str, Mapping[str, str]] = {
    "ivf": {
        "average": "average:AverageFuser",
        "maximum": "maximum:MaximumFuser",
        "laplacian-pyramid": "laplacian_pyramid:LaplacianPyramidFuser",
        "dwt": "wavelet:WaveletFuser",
        "gff": "guided_filter:GuidedFilterFuser",
        "adkt": "anisotropic_diffusion:AnisotropicDiffusionFuser",
        "sdf": "saliency:SaliencyFuser",
    },
    "mef": {
        "mertens": "mertens:MertensFuser",
        "dsift-ef": "dense_sift:DenseSiftFuser",
    },
    "msf": {
        "bicubic": "interpolation:InterpolationFuser",
        "brovey": "brovey:BroveyFuser",
        "gsa": "gram_schmidt:GramSchmidtFuser",
        "glp": "generalized_laplacian_pyramid:GLPFuser",
        "cnmf": "nonnegative_factorization:CNMFFuser",
    },
}
"""Methods of others by task and name: module and class in `cscfuse_keras.baselines`."""

_PACKAGES = ("numpy", "opencv-python-headless", "scipy", "PyWavelets")
"""What the methods of others compute with."""

_FUSING = ("deployment", "fusion", "layers", "models", "runtimes", "tasks")
"""Folders of the package that presets compute with."""


class Method(Protocol):
    """What a benchmark runs, or what it reads results of.

    Attributes:
        name: shown in tables.
    """

    name: str

    @property
    def identity(self) -> dict[str, Any]:
        """What its results depend on beside the inputs, as plain data."""
        ...

    @property
    def description(self) -> str:
        """What it is, for people."""
        ...


@dataclasses.dataclass(frozen=True)
class PresetMethod:
    """A preset, or a `.keras` file."""

    name: str
    task: str
    preset: str

    @property
    def identity(self) -> dict[str, Any]:
        """Weights, settings and source by their hashes, and what computes."""
        from cscfuse_keras.models.presets import file_hash, preset_file

        package = Path(__file__).parents[1]
        return {
            "source": [_folder_hash(package / folder) for folder in _FUSING],
            "preset": file_hash(preset_file(self.preset)),
            "version": __version__,
            "runtime": _engine().description,
        }

    @property
    def description(self) -> str:
        """Preset, hash and runtime."""
        identity = self.identity
        return f"Preset {self.preset}, settings and weights {identity['preset'][:12]}; runtime {identity['runtime']}."

    def load(self) -> Any:
        """The object that fuses.

        Raises:
            CSCFuseError: the preset cannot be used.
        """
        from cscfuse_keras.cli.quiet import load_keras
        from cscfuse_keras.runtimes.engines import computes_with_keras

        load_keras(computes_with_keras("auto"))
        classes = {"ivf": "IVFFuser", "mef": "MEFFuser", "msf": "MSFFuser"}
        module = importlib.import_module(f"cscfuse_keras.tasks.{self.task}")
        return getattr(module, classes[self.task])(self.preset)


@dataclasses.dataclass(frozen=True)
class OtherMethod:
    """A method of others, by its class in `cscfuse_keras.baselines`."""

    name: str
    fuser: type

    @property
    def identity(self) -> dict[str, Any]:
        """Class, source by its hash, and the versions of what it computes with."""
        return {
            "class": self.fuser.__qualname__,
            "source": source_hash(self.fuser),
            "version": __version__,
            "packages": _versions(),
        }

    @property
    def description(self) -> str:
        """Its documentation, up to the arguments."""
        return " ".join((inspect.getdoc(self.fuser) or "").split("Args:")[0].split())

    def load(self, *arguments: Any) -> Any:
        """The object that fuses.

        Args:
            arguments: of its class.

        Raises:
            CSCFuseError: a package is missing.
        """
        return self.fuser(*arguments)


@dataclasses.dataclass(frozen=True)
class FolderMethod:
    """Results that lie in a folder, named after the items."""

    name: str
    folder: Path

    @property
    def identity(self) -> dict[str, Any]:
        """Nothing: the results' own hashes tell."""
        return {}

    @property
    def description(self) -> str:
        """The folder."""
        return f"Results found in {self.folder}; time and memory are not known."


def find_methods(task: str, names: str) -> list[PresetMethod | OtherMethod | FolderMethod]:
    """The methods of a list of names.

    Args:
        task: such as "ivf".
        names: separated by commas: `ours` for the task's default preset, `ours-lite` for the preset `ivf-lite` and so
            on, a name in `METHODS`, the name of any preset, the path of a `.keras` file, or `NAME=FOLDER`.

    Raises:
        UsageError: there is no such method, or one is named twice.
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    found = [_find(task, name) for name in wanted]
    shown = [method.name for method in found]
    twice = next((name for name in shown if shown.count(name) > 1), None)
    if twice:
        raise UsageError(f"--methods: expected every method once, found {twice} twice; leave one out")
    if not found:
        raise UsageError(f"--methods: expected names separated by commas, found none; {_choices(task)}")
    return found


def source_hash(thing: Callable) -> str:
    """SHA-256 of the folder of source files where a class or a function is defined, since they use each other."""
    return _folder_hash(Path(str(sys.modules[thing.__module__].__file__)).parent)


@functools.cache
def _folder_hash(folder):
    return hash_of(sorted(folder.rglob("*.py")))


def _find(task, name):
    label, equals, folder = name.partition("=")
    if equals:
        if not Path(folder).is_dir():
            raise UsageError(f"--methods {name}: expected NAME=FOLDER, found no folder {folder!r}; check the path")
        return FolderMethod(label, Path(folder))
    if name in METHODS[task]:
        return _other(name, METHODS[task][name])
    from cscfuse_keras.models.presets import preset_file, preset_names

    preset = f"{task}{name.removeprefix('ours')}" if name == "ours" or name.startswith("ours-") else name
    if preset not in preset_names() and not name.endswith(".keras"):
        raise UsageError(f"--methods: found no method {name!r}; {_choices(task)}")
    preset_file(preset)
    return PresetMethod(name, task, preset)


def _other(name, target):
    module, class_name = target.split(":")
    fuser = getattr(importlib.import_module(f"cscfuse_keras.baselines.{module}"), class_name)
    return OtherMethod(getattr(fuser, "name", name), fuser)


def _choices(task):
    from cscfuse_keras.models.presets import preset_names

    ours = ["ours", *(f"ours{name.removeprefix(task)}" for name in preset_names() if name.startswith(f"{task}-"))]
    return f"choose among {', '.join([*ours, *METHODS[task]])}, a .keras file, or NAME=FOLDER of results"


def _engine():
    from cscfuse_keras.runtimes.engines import engine_for

    return engine_for()


def _versions():
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions
