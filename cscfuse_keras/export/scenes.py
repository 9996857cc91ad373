"""Drawn scenes as inputs of whole tasks, and what Keras makes of inputs."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from cscfuse_keras.samples import exposure_bracket, night_road, spectral_scene
from cscfuse_keras.samples.spectral_scene import LEAST_BANDS
from cscfuse_keras.tasks.ivf import IVFFuser
from cscfuse_keras.tasks.mef import MEFFuser
from cscfuse_keras.tasks.msf import MSFFuser

Fuser: TypeAlias = IVFFuser | MEFFuser | MSFFuser

Images: TypeAlias = Mapping[str, np.ndarray]
"""Inputs of a graph by name: float32 in [0, 1], with a first axis of length 1."""

FUSERS = {"ivf": IVFFuser, "mef": MEFFuser, "msf": MSFFuser}


def ivf_inputs(infrared: np.ndarray, visible: np.ndarray) -> Images:
    """From (height, width) and (height, width, 3)."""
    return {"infrared": infrared[np.newaxis, ..., np.newaxis], "visible": visible[np.newaxis]}


def mef_inputs(exposures: np.ndarray) -> Images:
    """From (exposures, height, width, 3)."""
    return {"exposures": exposures[np.newaxis]}


def msf_inputs(low_resolution: np.ndarray, guide: np.ndarray) -> Images:
    """From (height, width, bands) and (scale * height, scale * width, channels)."""
    return {"low_resolution": low_resolution[np.newaxis], "guide": guide[np.newaxis]}


def fused_by_keras(fuser: Fuser, images: Images) -> np.ndarray:
    """The fused image (height, width, channels) in [0, 1]."""
    if isinstance(fuser, IVFFuser):
        return fuser.fuse(images["infrared"][0, ..., 0], images["visible"][0])
    if isinstance(fuser, MEFFuser):
        return fuser.fuse(list(images["exposures"][0]))
    return fuser.fuse(images["low_resolution"][0], images["guide"][0])


def drawn_scene(fuser: Fuser, size: tuple[int, int], seed: int, exposures: int) -> Images:
    """Inputs for the task of a fuser.

    Args:
        fuser: what the scene is for.
        size: height and width, at least 64; msf rounds up to whole low-resolution pixels.
        seed: of the scene.
        exposures: mef: their number.
    """
    if isinstance(fuser, IVFFuser):
        return ivf_inputs(*night_road(*size, seed=seed))
    if isinstance(fuser, MEFFuser):
        return mef_inputs(exposure_bracket(exposures, *size, seed=seed))
    scale, bands, channels = fuser.runtime.scale, fuser.runtime.bands, fuser.runtime.guide_channels
    height, width = (-(-side // scale) * scale for side in size)
    cube, low_resolution, rgb = spectral_scene(max(bands, LEAST_BANDS), height, width, scale, seed)
    parts = np.array_split(cube, channels, axis=-1) if channels <= cube.shape[-1] else [cube] * channels
    guide = rgb if channels == 3 else np.stack([part.mean(axis=-1) for part in parts], axis=-1)
    return msf_inputs(low_resolution[..., :bands], guide)
