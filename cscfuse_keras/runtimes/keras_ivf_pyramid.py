"""Infrared-visible fusion in pyramids by Keras, on any backend, in strips, blended on the host."""

import keras
import numpy as np

from cscfuse_keras.models.ivf_pyramid import contrast_settings
from cscfuse_keras.models.pyramid_levels import levels_for_size
from cscfuse_keras.runtimes.allocator import keep_large_blocks
from cscfuse_keras.runtimes.host_blend_pair import blend_pair
from cscfuse_keras.runtimes.host_merge_exposures import double, gaussian_pyramid
from cscfuse_keras.runtimes.strips import run_in_strips


class KerasIVFPyramid:
    """Runs the coder of a fusion model in Keras, level by level and strip by strip, and blends on the host.

    Memory does not grow with the codes of large pictures. Pictures larger than those that the network was trained on
    get more levels, see `cscfuse_keras.models.pyramid_levels.levels_for_size`.

    Args:
        fusion: model from `cscfuse_keras.models.ivf_pyramid.build_fusion`.
    """

    def __init__(self, fusion: keras.Model):
        keep_large_blocks()
        weigher = fusion.get_layer("weigher")
        self.levels = len(weigher.inputs)
        self.contrast = contrast_settings(fusion).contrast
        coder = weigher.get_layer("coder")
        found = weigher.get_layer("activity")(coder.output)
        heads = [weigher.get_layer(f"code_to_map_{k}") for k in range(self.levels)]
        heads += [weigher.get_layer(name) for name in ("code_to_pixel_maps", "code_to_offset", "context")]
        # One model with all heads: a model a level would be traced for itself, and few channels cost little.
        self.coder = keras.Model(coder.input, keras.layers.Concatenate()([head(found) for head in heads]))
        first = keras.Input((None, None, 2))
        self.first_context = keras.Model(first, weigher.get_layer("first_context")(first))
        for model in (self.coder, self.first_context):
            # Compiling for every new image size would take longer than fusing one pair.
            model.compile(jit_compile=False)
        # The first unit has one 3x3 convolution, all others two, and the strength is a 3x3 mean.
        self.reach = 2 * sum(layer.name.startswith("unit_") for layer in coder.layers)

    def __call__(self, infrared: np.ndarray, visible: np.ndarray) -> np.ndarray:
        """Fuse two float32 images (height, width) in [0, 1] to one of the same shape, in (0, 1)."""
        levels = levels_for_size(self.levels, *infrared.shape)
        pyramid = gaussian_pyramid(np.stack([infrared, visible], axis=-1), levels)
        return blend_pair(pyramid, *self.maps(pyramid), self.contrast)[..., 0]

    def maps(self, pyramid: list[np.ndarray]) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
        """Maps for a Gaussian pyramid of both images.

        Returns:
            The maps (height, width, 2) of each level, those of the finest level's pixels, and the coarsest level's
            offset (height, width, 1).
        """
        more = len(pyramid) - self.levels
        context = self.first_context.predict_on_batch(pyramid[-1][np.newaxis])[0]
        maps, found, offset = [], np.zeros((1, 1, 1), np.float32), np.zeros((1, 1, 1), np.float32)
        pixels, context_from = 2 * self.levels, 2 * self.levels + 3
        for k, level in reversed(list(enumerate(pyramid))):
            if maps:
                context = double(context, *level.shape[:2])
            found = run_in_strips(self._heads, np.concatenate([level, context], axis=-1), self.reach)
            head = max(0, k - more)
            if not maps:
                offset = found[..., pixels + 2 : context_from]
            maps.insert(0, found[..., 2 * head : 2 * head + 2])
            context = np.ascontiguousarray(found[..., context_from:])
        return maps, found[..., pixels : pixels + 2], offset

    def _heads(self, image: np.ndarray) -> np.ndarray:
        return self.coder.predict_on_batch(image[np.newaxis])[0]
