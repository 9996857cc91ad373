"""Multi-exposure fusion by Keras, on any backend, one exposure at a time, merged on the host."""

import functools
from collections.abc import Sequence

import keras
import numpy as np

from cscfuse_keras.layers import PaddedConv2D
from cscfuse_keras.models.mef import merge_settings
from cscfuse_keras.models.pyramid_levels import levels_for_size
from cscfuse_keras.runtimes.allocator import keep_large_blocks
from cscfuse_keras.runtimes.host_merge_exposures import PixelMerge, PyramidMerge, double, gaussian_pyramid
from cscfuse_keras.runtimes.strips import run_in_strips
from cscfuse_keras.tasks.colour import luma


class KerasMEF:
    """Runs the coder of a fusion model in Keras, strip by strip, and merges on the host.

    Memory grows neither with the number of exposures nor with the codes of large ones. Pictures larger than those that
    the network was trained on get more levels, see `cscfuse_keras.models.pyramid_levels.levels_for_size`.

    Args:
        fusion: model from `cscfuse_keras.models.mef.build_fusion`.
    """

    def __init__(self, fusion: keras.Model):
        keep_large_blocks()
        mapper = fusion.get_layer("mapper")
        coder = mapper.get_layer("coder")
        kernels = [mapper.get_layer(f"code_to_map_{k}").get_weights()[0] for k in range(len(mapper.inputs))]
        # One model with the maps of all levels as channels: a model a level would each be traced for itself.
        heads = PaddedConv2D(len(kernels), kernel_size=1)
        self.coder = keras.Model(coder.input, heads(coder.output))
        heads.set_weights([np.concatenate(kernels, axis=-1)])
        # Compiling for every new image size would take longer than fusing one scene.
        self.coder.compile(jit_compile=False)
        self.levels = len(kernels)
        # The first unit has one 3x3 convolution, all others two.
        self.reach = 2 * sum(layer.name.startswith("unit_") for layer in coder.layers) - 1
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
            find = functools.partial(self._map, max(0, k - more))
            found = run_in_strips(find, luma(level)[..., np.newaxis], self.reach)
            maps.insert(0, found + double(maps[0], *level.shape[:2]) if maps else found)
        return maps

    def _map(self, head: int, image: np.ndarray) -> np.ndarray:
        return self.coder.predict_on_batch(image[np.newaxis])[0, ..., head : head + 1]
