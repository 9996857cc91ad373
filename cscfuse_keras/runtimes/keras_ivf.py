"""Infrared-visible fusion by Keras, on any backend, with the merge rules on the host."""

import keras
import numpy as np

from cscfuse_keras.runtimes.allocator import keep_large_blocks
from cscfuse_keras.runtimes.host_merge import merge


class KerasIVF:
    """Runs encoder and decoder of a fusion model in Keras and its merge rules by `host_merge`.

    Args:
        fusion: model from `cscfuse_keras.models.ivf.build_fusion`.
    """

    def __init__(self, fusion: keras.Model):
        keep_large_blocks()
        self.encoder = fusion.get_layer("encoder")
        self.merges = [fusion.get_layer("merge_base"), fusion.get_layer("merge_detail")]
        codes = [keras.Input(output.shape[1:]) for output in self.encoder.outputs]
        self.decoder = keras.Model(codes, fusion.get_layer("decoder")(*codes))
        for model in (self.encoder, self.decoder):
            # Compiling for every new image size would take longer than fusing one image.
            model.compile(jit_compile=False)

    def __call__(self, infrared: np.ndarray, visible: np.ndarray) -> np.ndarray:
        """Fuse two float32 images (height, width) in [0, 1] to one of the same shape and range."""
        codes = [self.encoder.predict_on_batch(image[None, ..., None]) for image in (infrared, visible)]
        merged = [
            np.float32(layer.gain) * merge(layer.rule, first[0], second[0])
            for layer, first, second in zip(self.merges, *codes, strict=True)
        ]
        return self.decoder.predict_on_batch([code[None] for code in merged])[0, ..., 0]
