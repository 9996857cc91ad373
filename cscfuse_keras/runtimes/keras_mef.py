"""Multi-exposure fusion by Keras, on any backend, one exposure at a time, merged on the host."""

from collections.abc import Sequence

import keras
import numpy as np

from cscfuse_keras.runtimes.host_merge_exposures import fuse_from_maps
from cscfuse_keras.tasks.colour import luma


class KerasMEF:
    """Runs the coder of a fusion model in Keras and merges by `fuse_from_maps`.

    Only a map of each exposure is kept, so that memory beyond the exposures grows by a third of theirs, and not by the
    codes of all.

    Args:
        fusion: model from `cscfuse_keras.models.mef.build_fusion`.
    """

    def __init__(self, fusion: keras.Model):
        self.coder = fusion.get_layer("coder")
        # Compiling for every new image size would take longer than fusing one scene.
        self.coder.compile(jit_compile=False)

    def __call__(self, exposures: Sequence[np.ndarray]) -> np.ndarray:
        """Fuse float32 RGB images (height, width, 3) in [0, 1] to one of the same shape, not clipped."""
        return fuse_from_maps(exposures, self.maps(exposures))

    def maps(self, exposures: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The coder's map (height, width) of each exposure; their softmax is the weights."""
        return [
            self.coder.predict_on_batch(luma(exposure)[np.newaxis, ..., np.newaxis])[0, ..., 0]
            for exposure in exposures
        ]
