"""Infrared-visible fusion in pyramids, in strips, blended on the host."""

import keras
import numpy as np

from cscfuse_keras.deployment.parts import ivf_pyramid_parts
from cscfuse_keras.models.ivf_pyramid import contrast_settings
from cscfuse_keras.models.pyramid_levels import levels_for_size
from cscfuse_keras.runtimes.allocator import keep_large_blocks
from cscfuse_keras.runtimes.engines import Engine
from cscfuse_keras.runtimes.host_blend_pair import blend_pair
from cscfuse_keras.runtimes.host_merge_exposures import double, gaussian_pyramid
from cscfuse_keras.runtimes.strips import run_in_strips


class IVFPyramidRuntime:
    """Runs the coder of a fusion model by an engine, level by level and strip by strip, and blends on the host.

    Memory does not grow with the codes of large pictures. Pictures larger than those that the network was trained on
    get more levels, see `cscfuse_keras.models.pyramid_levels.levels_for_size`.

    Args:
        fusion: model from `cscfuse_keras.models.ivf_pyramid.build_fusion`.
        engine: computes the coder.
    """

    def __init__(self, fusion: keras.Model, engine: Engine):
        keep_large_blocks()
        self.levels = len(fusion.get_layer("weigher").inputs)
        self.contrast = contrast_settings(fusion).contrast
        coder, self.first_context = ivf_pyramid_parts(fusion)
        pixels = 2 * self.levels
        self.coder, self.reach = engine.compile(coder), coder.reach
        # The finest level costs most, and tells no other what it saw.
        self.finest_coder = engine.compile(coder.only([0, 1, pixels, pixels + 1]))

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
        context = pyramid[-1] @ self.first_context
        offset_at = 2 * self.levels + 2
        maps, offset = [], None
        for k in reversed(range(1, len(pyramid))):
            found = self._run(self.coder, pyramid[k], context)
            head = max(0, k - more)
            maps.insert(0, found[..., 2 * head : 2 * head + 2])
            offset = found[..., offset_at : offset_at + 1] if offset is None else offset
            context = double(np.ascontiguousarray(found[..., offset_at + 1 :]), *pyramid[k - 1].shape[:2])
        if offset is None:
            offset = self._run(self.coder, pyramid[0], context)[..., offset_at : offset_at + 1]
        found = self._run(self.finest_coder, pyramid[0], context)
        return [found[..., :2], *maps], found[..., 2:], offset

    def _run(self, coder, level, context):
        return run_in_strips(coder, np.concatenate([level, context], axis=-1), self.reach)
