"""Multi-exposure fusion, as one TensorFlow function."""

import keras
import numpy as np
import tensorflow as tf

from cscfuse_keras.deployment.parts import mef_parts
from cscfuse_keras.deployment.tensorflow_operations import TensorFlowOperations
from cscfuse_keras.export.graphs import Graph
from cscfuse_keras.export.graphs.colour import luma, mixed
from cscfuse_keras.export.graphs.pyramid import double, gaussian_pyramid
from cscfuse_keras.export.graphs.stretch import stretched
from cscfuse_keras.models.mef import blends_pyramids, merge_settings
from cscfuse_keras.models.pyramid_levels import levels_for_size
from cscfuse_keras.tasks.colour import FROM_CHROMA, TO_CHROMA

_OPERATIONS = TensorFlowOperations()
_TO_GREY = np.ones((1, 3), np.float32)
_TINY = 1e-8


def graph(
    fusion: keras.Model, size: tuple[int, int] | None = None, exposures: int | None = None, rescale: bool = True
) -> Graph:
    """See `cscfuse_keras.export.graphs.graph_for`; input `exposures` (RGB).

    With a size, large pictures get more levels, see `cscfuse_keras.models.pyramid_levels.levels_for_size`.
    """
    height, width = size or (None, None)
    coder = mef_parts(fusion, rescale)
    levels = levels_for_size(coder.heads.kernel.shape[-1], *size) if size else coder.heads.kernel.shape[-1]
    if blends_pyramids(fusion):
        fuse = _fuse_pyramids(coder, levels, merge_settings(fusion).detail_gain)
    else:
        fuse = _fuse_pixels(coder)
    return Graph(
        inputs={"exposures": (1, exposures, height, width, 3)},
        output=(1, height, width, 3),
        # Exposures are computed as a batch.
        function=lambda exposures: fuse(tf.squeeze(exposures, 0)),
        # Borders are reflected at the coarsest level, which needs two pixels.
        smallest=2 ** (levels - 1) + 1,
    )


def _fuse_pixels(coder):
    """Luma weighed by the maps, chroma by its distance from grey; see `cscfuse_keras.fusion.merge_exposures`."""

    def fuse(exposures):
        greys = luma(exposures)
        (maps,) = coder(_OPERATIONS, greys)
        grey = _total(_weights(maps) * greys)
        chroma = mixed(exposures, TO_CHROMA)
        distance = tf.abs(chroma) + _TINY
        chroma = _total(distance * chroma) / _total(distance)
        return stretched(mixed(grey, _TO_GREY) + mixed(chroma, FROM_CHROMA))

    return fuse


def _fuse_pyramids(coder, levels, detail_gain):
    """Laplacian pyramids weighed band by band; see `cscfuse_keras.fusion.blend_pyramids`."""
    more = levels - coder.heads.kernel.shape[-1]
    coders = [coder.only([max(0, k - more)]) for k in range(levels)]

    def fuse(exposures):
        pyramid = gaussian_pyramid(exposures, levels)
        (maps,) = coders[-1](_OPERATIONS, luma(pyramid[-1]))
        fused = _total(_weights(maps) * pyramid[-1])
        for k in reversed(range(levels - 1)):
            level = pyramid[k]
            (found,) = coders[k](_OPERATIONS, luma(level))
            maps = found + double(maps, level)
            blended = _total(_weights(maps) * (level - double(pyramid[k + 1], level)))
            fused = double(fused, level) + (blended if k else detail_gain * blended)
        return tf.minimum(tf.maximum(fused, 0.0), 1.0)

    return fuse


def _weights(maps):
    """Softmax over the batch of maps (exposures, height, width, 1)."""
    powers = tf.exp(maps - tf.reduce_max(maps, 0, keepdims=True))
    return powers / _total(powers)


def _total(images):
    return tf.reduce_sum(images, 0, keepdims=True)
