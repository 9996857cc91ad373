"""Real images as inputs of whole tasks: by their values the ranges of integers are chosen."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.export.scenes import Fuser, Images, ivf_inputs, mef_inputs, msf_inputs
from cscfuse_keras.tasks.ivf import IVFFuser
from cscfuse_keras.tasks.mef import MEFFuser
from cscfuse_keras.tasks.msf import MSFFuser
from cscfuse_keras.tasks.msf_scales import unit_cube
from pipelines.pairs import Pair, find_pairs
from pipelines.scenes import Scene, find_scenes, read_exposure
from pipelines.sources import read_grey
from pipelines.spectral_sources import SceneFiles, find_scene_files, read_spectral_scene
from pipelines.wald import Wald

SCENES = 16
"""So many are read at most, evenly chosen."""

LONGER_SIDE = 320
"""Larger images are lowered to it: ranges hardly depend on the size."""


def calibration_images(fuser: Fuser, folder: Path, size: tuple[int, int] | None, exposures: int | None) -> list[Images]:
    """Inputs from a folder of real images.

    Args:
        fuser: what they are for.
        folder: ivf: holds the folders infrared and visible, or ir and vis; mef and msf: folder of scenes, as for
            `cscfuse train`.
        size: height and width that all inputs must have; None for any.
        exposures: mef: number that all scenes must have; None for any.

    Raises:
        InputError: the folder holds no such images, or the preset is not for them.
    """
    if isinstance(fuser, IVFFuser):
        return [_pair(pair, size) for pair in _some(find_pairs([folder]))]
    if isinstance(fuser, MEFFuser):
        scenes = [scene for scene in find_scenes([folder]) if len(scene.exposures) >= (exposures or 2)]
        if not scenes:
            raise InputError(f"{folder}: expected scenes of {exposures} exposures, found none; lower --exposures")
        return [_stack(scene, size, exposures) for scene in _some(scenes)]
    (files,) = find_scene_files([folder])
    return [_spectral(fuser, file, size) for file in _some(files)]


def _some(found: Sequence[Any]) -> Iterable[Any]:
    return found[:: -(-len(found) // SCENES)]


def _pair(pair: Pair, size) -> Images:
    infrared, visible = read_grey(pair.infrared)[..., 0], read_exposure(pair.visible)
    if infrared.shape != visible.shape[:2]:
        raise InputError(f"pair {pair.name}: expected pictures of one size, found two; leave it out")
    resized = _resizer(visible.shape[:2], size)
    return ivf_inputs(resized(infrared), resized(visible))


def _stack(scene: Scene, size, exposures) -> Images:
    count = exposures or len(scene.exposures)
    chosen = np.linspace(0, len(scene.exposures) - 1, count).round().astype(int)
    images = [read_exposure(scene.exposures[k]) for k in chosen]
    if len({image.shape for image in images}) > 1:
        raise InputError(f"scene {scene.name}: expected exposures of one size, found several; leave it out")
    resized = _resizer(images[0].shape[:2], size)
    return mef_inputs(np.stack([resized(image) for image in images]))


def _resizer(found: tuple[int, int], size) -> Callable[[np.ndarray], np.ndarray]:
    share = min(1, LONGER_SIDE / max(found))
    height, width = size or [round(share * side) for side in found]

    def resized(image: np.ndarray) -> np.ndarray:
        image = cv2.resize(np.ascontiguousarray(image), (width, height), interpolation=cv2.INTER_AREA)
        return np.clip(image, 0, 1)

    return resized


def _spectral(fuser: MSFFuser, files: SceneFiles, size) -> Images:
    scene = read_spectral_scene(files)
    bands, guide = unit_cube(scene.bands, scene.bands_full_scale), unit_cube(scene.guide, scene.guide_full_scale)
    scale = fuser.runtime.scale
    if guide.shape[:2] == bands.shape[:2]:
        # As in training: the bands are what the fused image should be.
        height, width = (side // scale * scale for side in bands.shape[:2])
        bands, guide = Wald(scale, sensor=scene.sensor).degrade_bands(bands[:height, :width]), guide[:height, :width]
    fuser.check(bands.shape, guide.shape, scene.name, f"{scene.name} (guide)")
    height, width = (side // scale for side in size) if size else (min(side, LONGER_SIDE) for side in bands.shape[:2])
    if height > bands.shape[0] or width > bands.shape[1]:
        raise InputError(
            f"{scene.name}: expected at least {scale * width} x {scale * height} pixels for --size, found "
            f"{guide.shape[1]} x {guide.shape[0]}; leave it out, or choose a smaller --size"
        )
    return msf_inputs(bands[:height, :width], guide[: scale * height, : scale * width])
