"""`.keras` files of this project, looked through before Keras opens them.

Keras' safe mode refuses Lambda layers and classes of other packages, but still builds any class of its own with any
setting, some of which read files. So only what this project's networks are made of is let through.
"""

import contextlib
import io
import json
import math
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import keras

from cscfuse_keras.errors import CSCFuseError, InputError, ModelError
from cscfuse_keras.io.hdf5_files import check_array, open_hdf5
from cscfuse_keras.models.networks import NETWORKS

CONFIG, WEIGHTS, METADATA = "config.json", "model.weights.h5", "metadata.json"
PACKAGE = "cscfuse_keras"
KERAS_CLASSES = {
    *("Functional", "InputLayer", "Add", "Concatenate", "Softmax", "GetItem"),
    *("DTypePolicy", "VarianceScaling", "Zeros"),
}
"""Classes of Keras' own in the configurations of this project's networks; `test_hostile_models.py` compares."""
MARKS = {"__keras_tensor__", "__ellipsis__", "__slice__"}
"""Plain data that Keras writes as if it were a class."""
_SHAPES = re.compile(
    r"variable\.shape=(\([\d, ]*\)), Received: value\.shape=(\([\d, ]*\))\. Target variable: <Variable path=([^,]+),"
)
"""In Keras' message about a weight that does not fit."""
LARGEST_CONFIG = 16 * 2**20
LARGEST_NUMBER = 65_536
LARGEST_REACH = 256
REACHES = {"window", "radius", "kernel_size", "dilation", "scale"}
"""Settings that work and memory grow with the square of, whatever the number of weights."""
ANY_NUMBER = {"shared_object_id", "seed"}


def load_model_file(path: Path) -> keras.Model:
    """Load a `.keras` file in Keras' safe mode, if it holds nothing but a network of this project.

    Args:
        path: the file.

    Returns:
        The model, not compiled.

    Raises:
        ModelError: the file is damaged, hostile, or no fusion model of this project.
    """
    try:
        with _members(path) as archive:
            config = json.loads(archive.read(CONFIG))
            # What it was trained with is not read: Keras is told not to compile.
            _check_config({key: value for key, value in config.items() if key != "compile_config"})
            with open_hdf5(io.BytesIO(archive.read(WEIGHTS))) as weights:
                count = _count_weights(weights)
        with _at_most(count), warnings.catch_warnings(record=True) as told:
            model: Any = keras.saving.load_model(path, compile=False, safe_mode=True)
        if any("freshly-initialized" in str(warning.message) for warning in told):
            raise ModelError("expected the weights of all its layers, found that some are missing; save it again")
        return model
    except MemoryError:
        raise
    except CSCFuseError as problem:
        raise ModelError(f"{path}: {problem}") from None
    except Exception as problem:  # Damaged files give errors of any type.
        reason = _reason(problem)
        raise ModelError(
            f"{path}: expected a model of this project, found a file that does not load: {reason}; copy it again from "
            "its source"
        ) from problem


def _reason(problem: Exception) -> str:
    """The first thing that does not fit, in a line."""
    text = str(problem).strip()
    if shapes := _SHAPES.search(text):
        due, found, name = shapes.groups()
        return f"its settings ask for {name} of shape {due}, its weights are another network's, of shape {found}"
    # Before what is wrong with a layer, Keras counts them.
    lines = [line for line in text.splitlines() if line and not line.startswith("A total of")]
    return lines[0] if lines else type(problem).__name__


@contextlib.contextmanager
def _members(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open the archive if its members are those that Keras writes, each stored as it is and once."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        names = sorted(member.filename for member in members)
        if names != [CONFIG, METADATA, WEIGHTS]:
            shown = ", ".join(map(repr, names[:8]))
            raise ModelError(
                f"expected a .keras file of {CONFIG}, {METADATA} and {WEIGHTS}, found members {shown}; "
                "save the model again"
            )
        for member in members:
            # Keras never compresses: nothing can unpack to more than the file's own size.
            if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
                raise ModelError(
                    f"expected members stored as they are, found {member.filename!r} of {member.file_size} bytes "
                    f"compressed to {member.compress_size}; save the model again"
                )
        if sum(member.file_size for member in members) > path.stat().st_size:
            raise ModelError("expected members that lie in the file, found overlapping ones; save the model again")
        if archive.getinfo(CONFIG).file_size > LARGEST_CONFIG:
            raise ModelError(f"expected {CONFIG} of at most {LARGEST_CONFIG} bytes, found more; save the model again")
        yield archive


def _check_config(value: Any, name: str = "") -> None:
    """Refuse classes that no network of this project has, and numbers that none needs."""
    if isinstance(value, dict):
        if "class_name" in value:
            _check_class(value)
        for key, inner in value.items():
            _check_config(inner, key)
    elif isinstance(value, list):
        for inner in value:
            _check_config(inner, name)
    elif isinstance(value, int | float) and name not in ANY_NUMBER:
        largest = LARGEST_REACH if name in REACHES else LARGEST_NUMBER
        if not abs(value) <= largest:
            raise ModelError(f"expected numbers up to {largest} in its settings, found {name} of {value:g}")


def _check_class(entry: dict[str, Any]) -> None:
    name, module, registered = (entry.get(key) for key in ("class_name", "module", "registered_name"))
    if not isinstance(name, str) or not isinstance(module, str | None) or not isinstance(registered, str | None):
        raise ModelError("expected names of classes, found something else; save the model again")
    ours = registered == f"{PACKAGE}>{name}" and keras.saving.get_registered_object(registered) is not None
    of_keras = name in KERAS_CLASSES and registered in (None, name) and (module or "").split(".")[0] == "keras"
    mark = name in MARKS and module is None and registered is None
    if not (ours or of_keras or mark):
        full = ".".join(part for part in (module, name) if part)
        raise ModelError(
            f"expected a fusion model of {', '.join(NETWORKS)}, found class {full!r}, which none of them has; "
            "nothing of it was run"
        )


def _count_weights(weights: h5py.File) -> int:
    """Number of values that are stored, each array of which is whole."""
    count = 0

    def look(name, item):
        nonlocal count
        if isinstance(item, h5py.Dataset):
            check_array(item)
            if name.startswith("optimizer/"):
                return
            if item.dtype.kind != "f":
                raise InputError(f"expected floating-point weights, found {name!r} of {item.dtype}")
            count += item.size

    weights.visititems(look)
    return count


@contextlib.contextmanager
def _at_most(count: int) -> Iterator[None]:
    """Let layers make no more weights than a file holds: a configuration may ask for more than there is memory."""
    add_weight, left = keras.layers.Layer.add_weight, count

    def counted(layer, shape=None, *arguments, **settings):
        nonlocal left
        left -= math.prod(shape or ())
        if left < 0:
            raise ModelError(
                f"expected a network of the {count} weights that are stored, found one that has more; save it again"
            )
        return add_weight(layer, shape, *arguments, **settings)

    keras.layers.Layer.add_weight = counted
    try:
        yield
    finally:
        keras.layers.Layer.add_weight = add_weight
