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
from cscfuse_keras.io.atomic import sync, writing_problems
from cscfuse_keras.io.hdf5_files import (
    check_array,
    check_self_contained,
    open_hdf5,
    read_description,
    read_number,
    write_description,
)
from cscfuse_keras.io.hdf5_writing import writing_hdf5
from pipelines.spectral_patches import TURNS, Triple, degraded, patch_corners
from pipelines.spectral_sources import SceneFiles, read_spectral_scene
from pipelines.wald import Method

FORMAT = "cscfuse-spectral-patches-2"
ARRAYS = ("low_resolution", "guide", "truth")
FULL_SCALES = ("bands_full_scale", "guide_full_scale")


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
        EnvironmentProblem: the file cannot be written.
    """
    if size % scale:
        raise UsageError(f"size: expected a multiple of the scale {scale}, found {size}; change one")
    description = {
        "format": FORMAT,
        "scale": scale,
        "method": method,
        "size": size,
        "stride": stride,
        # As it comes back.
        "scenes": json.loads(json.dumps([dataclasses.asdict(files) for files in scenes], default=str)),
    }
    destination = Path(destination)
    # A file system that holds the destination's name may not hold a longer one: of most, 255 bytes are the limit.
    partial = destination.with_name(os.fsdecode(os.fsencode(destination.name)[:247] + b".partial"))
    with writing_problems(destination):
        destination.parent.mkdir(parents=True, exist_ok=True)
        if not _can_go_on(partial, description):
            with writing_hdf5(partial) as (file, _):
                write_description(file, description)
                file.attrs["groups"] = 0
        _write_scenes(partial, scenes, scale, method, size, stride, progress)
        sync(partial)
        partial.replace(destination)
        sync(destination.parent)


def _write_scenes(partial, scenes, scale, method, size, stride, progress):
    with writing_hdf5(partial, "r+") as (file, check_written):
        first, turns_done = divmod(int(file.attrs["groups"]), TURNS)
        for number, files in enumerate(scenes[first:], start=first):
            scene = read_spectral_scene(files)
            for turns in range(turns_done, TURNS):
                triple = degraded(scene, scale, method, turns)
                corners = patch_corners(triple, size, stride, scene.name)
                _check_channels(file, triple, scene.name)
                _write_group(file, number * TURNS + turns, triple, corners, size, check_written)
            turns_done = 0
            progress(number + 1)


def _check_channels(file, triple, where):
    if not file.attrs["groups"]:
        return
    for array in ARRAYS:
        expected, found = file[_group_name(0)][array].shape[-1], getattr(triple, array).shape[-1]
        if found != expected:
            raise InputError(f"{where}: expected {array} of {expected} channels, as in the first scene, found {found}")


def _write_group(file, number, triple, corners, size, check_written):
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
        check_written()
    file.flush()
    check_written()
    file.attrs["groups"] = number + 1
    file.flush()


def _group_name(number):
    return f"{number:06}"


def _can_go_on(partial: Path, description: dict[str, Any]) -> bool:
    """Whether there is a partial file of the same scenes and settings, whose patches are all whole."""
    if not partial.exists():
        return False
    try:
        with open_hdf5(partial) as file:
            if read_description(file) != description:
                return False
            for number in range(int(read_number(file, "groups"))):
                for array in ARRAYS:
                    dataset = file[_group_name(number)][array]
                    if dataset.id.get_num_chunks() != len(dataset):
                        return False
                    for row in range(len(dataset)):
                        # Reading compares the checksum.
                        dataset[row]
    except (OSError, KeyError, RuntimeError, TypeError, ValueError):
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
        InputError: the file is missing or damaged, or was not written by `write_spectral_patches`.
    """

    def __init__(self, source: str | os.PathLike, scenes: Sequence[int] | None = None, turns: int = TURNS):
        self.source = source
        try:
            self.file = h5py.File(source, "r")
            found = self._describe(scenes, turns)
        except MemoryError:
            raise
        except Exception as problem:  # A damaged file gives errors of any type.
            found = f"a problem: {problem}"
        if found:
            raise self._problem(found)

    def _describe(self, scenes, turns) -> str | None:
        """Read what the file tells of itself; what is wrong with it, if anything is."""
        check_self_contained(self.file)
        stated = read_description(self.file)
        if stated.get("format") != FORMAT:
            return f"format {stated.get('format')!r}"
        self.scale, self.size = int(stated["scale"]), int(stated["size"])
        self.method: Method = stated["method"]
        self.scene_names = [str(scene["path"]) for scene in stated["scenes"]]
        # Beside them there is the description.
        groups, expected = len(self.file) - 1, TURNS * len(self.scene_names)
        if groups != expected:
            return f"{groups} of {expected} groups"
        chosen = range(len(self.scene_names)) if scenes is None else scenes
        groups = [self.file[_group_name(scene * TURNS + turn)] for scene in chosen for turn in range(turns)]
        wrong = next((found for group in groups if (found := self._wrong_array(group))), None)
        self.places = [] if wrong else [(group, row) for group in groups for row in range(len(group["truth"]))]
        return wrong

    def __len__(self):
        return len(self.places)

    def __getitem__(self, number):
        group, row = self.places[number]
        try:
            arrays = {array: group[array][row] for array in ARRAYS}
            return Triple(**arrays, **{name: float(read_number(group, name)) for name in FULL_SCALES})
        except (OSError, KeyError, TypeError, ValueError, RuntimeError) as problem:
            raise self._problem(f"a damaged patch ({problem})") from None

    def _wrong_array(self, group) -> str | None:
        low, high = self.size // self.scale, self.size
        for array, side in zip(ARRAYS, (low, high, high), strict=True):
            dataset = group[array]
            if (
                dataset.shape[:3] != (len(group["truth"]), side, side)
                or dataset.ndim != 4
                or dataset.dtype.kind not in "uif"
            ):
                return f"{array} of shape {dataset.shape}, {dataset.dtype}"
            check_array(dataset)
        return None

    def _problem(self, found):
        return InputError(
            f"{self.source}: expected an HDF5 file of spectral patches, found {found}; make one with "
            "`cscfuse patches --task msf`"
        )


def spread(patches: SpectralPatchFile, count: int) -> list[Triple]:
    """At most `count` patches, evenly spread over all of them."""
    chosen = np.linspace(0, len(patches) - 1, min(count, len(patches))).round()
    return [patches[int(number)] for number in chosen]
