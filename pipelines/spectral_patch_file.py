"""Training patches of multi-spectral scenes written once to an HDF5 file, which a killed writing goes on with."""

import dataclasses
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from cscfuse_keras.errors import InputError, UsageError
from pipelines.spectral_patches import TURNS, Triple, degraded, patch_corners
from pipelines.spectral_sources import SceneFiles, read_spectral_scene
from pipelines.wald import Method

FORMAT = "cscfuse-spectral-patches-1"
ARRAYS = ("low_resolution", "guide", "truth")


def write_spectral_patches(
    scenes: Sequence[SceneFiles],
    destination: str | os.PathLike,
    scale: int = 2,
    method: Method = "mtf",
    size: int = 64,
    stride: int = 25,
    progress: Callable[[int], None] = lambda count: None,
) -> None:
    """Cut patches of all scenes in all quarter turns, and store them with the samples' own dtype.

    A group holds the patches of one scene in one turn. They are written to `destination` + `.partial`, which counts
    them and is renamed at the end; where a writing of the same scenes and settings was stopped, this one goes on.

    Args:
        scenes: where they are.
        destination: HDF5 file to create or replace.
        scale: see `pipelines.spectral_patches.degraded`.
        method: see `pipelines.spectral_patches.degraded`.
        size: side of the patches at high resolution, in pixels, a multiple of the scale.
        stride: distance of neighbouring patches, in pixels.
        progress: called with the number of scenes done after each.

    Raises:
        InputError: a scene cannot be read, is smaller than a patch, or has other channels than the first.
        UsageError: the size is no multiple of the scale.
    """
    if size % scale:
        raise UsageError(f"size: expected a multiple of the scale {scale}, found {size}; change one")
    description = {
        "format": FORMAT,
        "scale": scale,
        "method": method,
        "size": size,
        "stride": stride,
        "scenes": json.dumps([dataclasses.asdict(files) for files in scenes], default=str),
    }
    destination = Path(destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    partial = destination.with_name(f"{destination.name}.partial")
    if not _can_go_on(partial, description):
        with h5py.File(partial, "w") as file:
            file.attrs.update({**description, "groups": 0})
    with h5py.File(partial, "r+") as file:
        first, turns_done = divmod(int(file.attrs["groups"]), TURNS)
        for number, files in enumerate(scenes[first:], start=first):
            scene = read_spectral_scene(files)
            for turns in range(turns_done, TURNS):
                triple = degraded(scene, scale, method, turns)
                corners = patch_corners(triple, size, stride, scene.name)
                _check_channels(file, triple, scene.name)
                _write_group(file, number * TURNS + turns, triple, corners, size)
            turns_done = 0
            progress(number + 1)
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(destination)


def _check_channels(file, triple, where):
    if not file.attrs["groups"]:
        return
    for array in ARRAYS:
        expected, found = file[_group_name(0)][array].shape[-1], getattr(triple, array).shape[-1]
        if found != expected:
            raise InputError(f"{where}: expected {array} of {expected} channels, as in the first scene, found {found}")


def _write_group(file, number, triple, corners, size):
    """Patches of one scene in one turn; the count is raised when all of them are on disk."""
    name = _group_name(number)
    if name in file:
        # Left by a writing that was stopped amid this group.
        del file[name]
    group = file.create_group(name)
    group.attrs.update({"bands_full_scale": triple.bands_full_scale, "guide_full_scale": triple.guide_full_scale})
    for array in ARRAYS:
        example = getattr(triple.cut(*corners[0], size), array)
        group.create_dataset(
            array,
            (len(corners), *example.shape),
            example.dtype,
            chunks=(1, *example.shape),
            compression="gzip",
            compression_opts=1,
            shuffle=True,
            fletcher32=True,
        )
    for row, corner in enumerate(corners):
        patch = triple.cut(*corner, size)
        for array in ARRAYS:
            group[array][row] = getattr(patch, array)
    file.flush()
    file.attrs["groups"] = number + 1
    file.flush()


def _group_name(number):
    return f"{number:06}"


def _can_go_on(partial: Path, description: dict[str, Any]) -> bool:
    """Whether there is a partial file of the same scenes and settings, whose patches are all whole."""
    if not partial.exists():
        return False
    try:
        with h5py.File(partial, "r") as file:
            if any(file.attrs.get(name) != value for name, value in description.items()):
                return False
            for number in range(int(file.attrs["groups"])):
                for array in ARRAYS:
                    dataset = file[_group_name(number)][array]
                    if dataset.id.get_num_chunks() != len(dataset):
                        return False
                    for row in range(len(dataset)):
                        # Reading compares the checksum.
                        dataset[row]
    except (OSError, KeyError, RuntimeError):
        return False
    return True


class SpectralPatchFile:
    """Patches of a file from `write_spectral_patches`, read one at a time.

    Args:
        source: the file.
        scenes: numbers of the scenes to use; None for all.
        turns: quarter turns to use, from none on.

    Attributes:
        scale: of the degradation.
        method: of the degradation.
        size: side of the patches at high resolution, in pixels.
        scene_names: paths of all scenes that the file was made of.
        places: group and row of each patch to use.

    Raises:
        InputError: the file is missing or was not written by `write_spectral_patches`.
    """

    def __init__(self, source: str | os.PathLike, scenes: Sequence[int] | None = None, turns: int = TURNS):
        self.source = source
        try:
            self.file = h5py.File(source, "r")
        except OSError as problem:
            raise self._problem(str(problem)) from None
        attributes = self.file.attrs
        if attributes.get("format") != FORMAT:
            raise self._problem(f"format {attributes.get('format')!r}")
        self.scale, self.size = int(attributes["scale"]), int(attributes["size"])
        self.method: Method = attributes["method"]
        self.scene_names = [scene["path"] for scene in json.loads(attributes["scenes"])]
        if len(self.file) != TURNS * len(self.scene_names):
            raise self._problem(f"{len(self.file)} of {TURNS * len(self.scene_names)} groups")
        chosen = range(len(self.scene_names)) if scenes is None else scenes
        groups = [self.file[_group_name(scene * TURNS + turn)] for scene in chosen for turn in range(turns)]
        self.places = [(group, row) for group in groups for row in range(self._count(group))]

    def __len__(self):
        return len(self.places)

    def __getitem__(self, number):
        group, row = self.places[number]
        try:
            arrays = {array: group[array][row] for array in ARRAYS}
        except OSError as problem:
            raise self._problem(f"a damaged patch ({problem})") from None
        return Triple(**arrays, **{name: float(value) for name, value in group.attrs.items()})

    def _count(self, group):
        low, high = self.size // self.scale, self.size
        for array, side in zip(ARRAYS, (low, high, high), strict=True):
            if group[array].shape[:3] != (len(group["truth"]), side, side):
                raise self._problem(f"{array} of shape {group[array].shape}")
        return len(group["truth"])

    def _problem(self, found):
        return InputError(
            f"{self.source}: expected an HDF5 file of spectral patches, found {found}; make one with "
            "`cscfuse patches --task msf`"
        )


def spread(patches: SpectralPatchFile, count: int) -> list[Triple]:
    """At most `count` patches, evenly spread over all of them."""
    chosen = np.linspace(0, len(patches) - 1, min(count, len(patches))).round()
    return [patches[int(number)] for number in chosen]
