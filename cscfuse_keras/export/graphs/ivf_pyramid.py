"""Infrared-visible fusion in pyramids, as one TensorFlow function."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from cscfuse_keras.deployment.folding import Convolution, scaled
from cscfuse_keras.deployment.parts import ivf_pyramid_parts
from cscfuse_keras.deployment.tensorflow_operations import TensorFlowOperations
from cscfuse_keras.export.graphs import Graph
from cscfuse_keras.export.graphs.colour import luma, mixed, with_luma
from cscfuse_keras.export.graphs.pyramid import double, gaussian_pyramid
from cscfuse_keras.fusion.blend_pair import LARGEST_SPREAD, SOFTNESS
from cscfuse_keras.models.ivf_pyramid import contrast_settings
from cscfuse_keras.models.pyramid_levels import levels_for_size

_OPERATIONS = TensorFlowOperations()
# In units of the softness: so far above white that nothing changes any more, and exp does not overflow.
_LARGEST = 60.0


def graph(
    fusion: keras.Model, size: tuple[int, int] | None = None, exposures: int | None = None, rescale: bool = True
) -> Graph:
    """See `cscfuse_keras.export.graphs.graph_for`; inputs `infrared` (grey) and `visible` (RGB).

    With a size, large pictures get more levels, see `cscfuse_keras.models.pyramid_levels.levels_for_size`.
    """
    height, width = size or (None, None)
    fuser = _Fuser(fusion, size, rescale)
    return Graph(
        inputs={"infrared": (1, height, width, 1), "visible": (1, height, width, 3)},
        output=(1, height, width, 3),
        function=lambda infrared, visible: with_luma(visible, fuser(infrared, luma(visible))),
        # Borders are reflected at the coarsest level, which needs two pixels.
        smallest=2 ** (fuser.levels - 1) + 1,
    )


class _Fuser:
    """The fused image of two grey ones; see `cscfuse_keras.fusion.blend_pair` for the formulas."""

    def __init__(self, fusion, size, rescale):
        coder, first_context = ivf_pyramid_parts(fusion, rescale)
        self.first_context = Convolution(first_context[np.newaxis, np.newaxis])
        self.contrast = contrast_settings(fusion).contrast
        self.trained_levels = len(fusion.get_layer("weigher").inputs)
        self.levels = levels_for_size(self.trained_levels, *size) if size else self.trained_levels
        # 2 sigmoid(m) = 1 + tanh(m / 2) is the weight of a band.
        factors = np.ones(coder.heads.kernel.shape[-1], np.float32)
        factors[: 3 * self.trained_levels] = np.tile([0.5, 0.5, 1], self.trained_levels)
        heads, strength_heads = (scaled(each, factors) for each in (coder.heads, coder.strength_heads))
        self.coder = dataclasses.replace(coder, heads=heads, strength_heads=strength_heads)

    def __call__(self, infrared, visible):
        pyramid = gaussian_pyramid(tf.concat([infrared, visible], -1), self.levels)
        context = _OPERATIONS.convolve(pyramid[-1], self.first_context)
        coarser = fused = None
        for k, level in reversed(list(enumerate(pyramid))):
            band = level - 0.5
            if fused is not None:
                context, coarser, fused = (double(each, level) for each in (context, coarser, fused))
                band = level - coarser
            found = self.found(tf.concat([level, context], -1), k)
            if k == 0:
                band = tf.concat([band, level - 0.5], -1)
            # What tanh adds to weights of one; bands of weight one add up to the image.
            blended = _sum(tf.tanh(found["maps"]) * band) + found["detail"]
            fused = blended if fused is None else fused + blended
            context, coarser = found.get("context"), level
        return _limited(_sum(pyramid[0] - 0.5) + fused, self.contrast)

    def found(self, image, k):
        """What the coder finds in a level."""
        channels = self.channels(k)
        (found,) = self.coder.only([channel for part in channels.values() for channel in part])(_OPERATIONS, image)
        parts = tf.split(found, [len(part) for part in channels.values()], -1) if len(channels) > 1 else [found]
        return dict(zip(channels, parts, strict=True))

    def channels(self, k):
        """The coder's maps that a level needs: see `cscfuse_keras.deployment.parts.ivf_pyramid_parts`."""
        first, pixels = 3 * max(0, k - self.levels + self.trained_levels), 3 * self.trained_levels
        channels = {"maps": [first, first + 1], "detail": [first + 2]}
        if k == 0:
            channels["maps"] += [pixels, pixels + 1]
        else:
            channels["context"] = list(range(pixels + 2, self.coder.heads.kernel.shape[-1]))
        return channels


def _sum(images):
    return mixed(images, np.ones((images.shape[-1], 1), np.float32))


def _limited(deviation, contrast):
    """`with_contrast` and `limit_softly` of `cscfuse_keras.fusion.blend_pair`."""
    spread = tf.sqrt(tf.reduce_mean(tf.square(deviation), (1, 2), keepdims=True))
    factor = tf.minimum(contrast, LARGEST_SPREAD / tf.maximum(spread, 1e-6))
    # log(1 + exp(v)) - log(1 + exp(v - w)) = log((1 + exp(v)) / (1 + exp(-w) exp(v)))
    power = tf.exp(tf.minimum((0.5 + factor * deviation) / SOFTNESS, _LARGEST))
    return SOFTNESS * tf.math.log((1 + power) / (1 + np.exp(np.float32(-1 / SOFTNESS)) * power))
