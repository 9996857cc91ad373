"""Infrared-visible fusion by the paper's network, with its merge rules on the host."""

from collections.abc import Sequence

import keras
import numpy as np

from cscfuse_keras.deployment.parts import ivf_parts
from cscfuse_keras.runtimes.allocator import keep_large_blocks
from cscfuse_keras.runtimes.engines import Engine
from cscfuse_keras.runtimes.host_merge import merge


class IVFRuntime:
    """Runs encoder and decoder of a fusion model by an engine, and its merge rules by `host_merge`.

    Args:
        fusion: model from `cscfuse_keras.models.ivf.build_fusion`.
        engine: computes encoder and decoder.
    """

    def __init__(self, fusion: keras.Model, engine: Engine):
        keep_large_blocks()
        self.merges = [fusion.get_layer("merge_base"), fusion.get_layer("merge_detail")]
        self.encode, self.decode = (engine.compile(part) for part in ivf_parts(fusion))

    def __call__(self, infrared: np.ndarray, visible: np.ndarray) -> np.ndarray:
        """Fuse two float32 images (height, width) in [0, 1] to one of the same shape and range."""
        codes = [self.encode(image[..., np.newaxis]) for image in (infrared, visible)]
        (fused,) = self.decode(self.merged(*codes))
        return fused[..., 0]

    def merged(self, infrared: Sequence[np.ndarray], visible: Sequence[np.ndarray]) -> np.ndarray:
        """Sum of merged base and merged detail codes (height, width, channels) of two images' base and detail codes."""
        base, detail = (
            np.float32(layer.gain) * merge(layer.rule, *pair)
            for layer, pair in zip(self.merges, zip(infrared, visible, strict=True), strict=True)
        )
        return base + detail
