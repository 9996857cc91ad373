"""Multi-exposure fusion, one exposure at a time, merged on the host."""

from collections.abc import Sequence

import keras
import numpy as np

from cscfuse_keras.deployment.parts import mef_parts
from cscfuse_keras.models.mef import merge_settings
from cscfuse_keras.models.pyramid_levels import levels_for_size
from cscfuse_keras.runtimes.allocator import keep_large_blocks
from cscfuse_keras.runtimes.engines import Engine
from cscfuse_keras.runtimes.host_merge_exposures import PixelMerge, PyramidMerge, double, gaussian_pyramid
from cscfuse_keras.runtimes.strips import run_in_strips
from cscfuse_keras.tasks.colour import luma


class MEFRuntime:
    """Runs the coder of a fusion model by an engine, strip by strip, and merges on the host.

    Memory grows neither with the number of exposures nor with the codes of large ones. Pictures larger than those that
    the network was trained on get more levels, see `cscfuse_keras.models.pyramid_levels.levels_for_size`.

    Args:
        fusion: model from `cscfuse_keras.models.mef.build_fusion`.
        engine: computes the coder.
    """

    def __init__(self, fusion: keras.Model, engine: Engine):
        keep_large_blocks()
        self.levels = len(fusion.get_layer("mapper").inputs)
        # One part with the maps of all levels as channels.
        coder = mef_parts(fusion)
        self.coder, self.reach = engine.compile(coder), coder.reach
        self.detail_gain = merge_settings(fusion).detail_gain

    def __call__(self, exposures: Sequence[np.ndarray]) -> np.ndarray:
        """Fuse float32 RGB images (height, width, 3) in [0, 1] to one of the same shape, not clipped."""
        levels = levels_for_size(self.levels, *exposures[0].shape[:2])
        merge = PixelMerge() if levels == 1 else PyramidMerge(levels, self.detail_gain)
        for exposure in exposures:
            pyramid = gaussian_pyramid(exposure, levels)
            merge.add(pyramid, self.maps(pyramid))
        return merge.result()

    def maps(self, pyramid: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Map (height, width, 1), before the softmax, of each level of an exposure's Gaussian pyramid."""
        more = len(pyramid) - self.levels
        maps = []
        for k, level in reversed(list(enumerate(pyramid))):
            head = max(0, k - more)
            found = run_in_strips(self.coder, luma(level)[..., np.newaxis], self.reach)[..., head : head + 1]
            maps.insert(0, found + double(maps[0], *level.shape[:2]) if maps else found)
        return maps
