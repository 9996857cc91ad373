"""Whole tasks as TensorFlow functions, with builtin operators of LiteRT alone."""

import dataclasses
import importlib
from collections.abc import Callable, Mapping
from typing import Any

from cscfuse_keras.models.presets import Preset


@dataclasses.dataclass(frozen=True)
class Graph:
    """A whole task: from images in [0, 1] to the fused image in [0, 1].

    Attributes:
        inputs: shape of each input by name, None where any length will do.
        output: shape of the fused image.
        function: from tensors by the inputs' names, as keywords, to the fused image.
        smallest: least height and width of the images (msf: of the low-resolution one).
    """

    inputs: Mapping[str, tuple[int | None, ...]]
    output: tuple[int | None, ...]
    function: Callable[..., Any]
    smallest: int = 1


def graph_for(
    preset: Preset, size: tuple[int, int] | None = None, exposures: int | None = None, rescale: bool = True
) -> Graph:
    """Graph of a preset's task.

    Args:
        preset: a loaded preset.
        size: height and width of the images (msf: of the fused one); None for any, given with the images.
        exposures: mef: their number; None for any.
        rescale: whether codes are rescaled, see `cscfuse_keras.deployment.folding.fold_stack`: not for quantising.
    """
    # Imported when needed: the modules import TensorFlow.
    module = importlib.import_module(f"cscfuse_keras.export.graphs.{preset.network}")
    return module.graph(preset.model, size=size, exposures=exposures, rescale=rescale)
