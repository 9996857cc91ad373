"""A merge rule as a Keras layer, so that fusion models can be saved."""

import keras

from cscfuse_keras.fusion.average import average, total
from cscfuse_keras.fusion.l1_norm import l1_norm
from cscfuse_keras.fusion.saliency import saliency

RULES = {"saliency": saliency, "l1_norm": l1_norm, "average": average, "sum": total}
"""Merge rules for codes by name: `rule(first, second) -> merged`."""


@keras.saving.register_keras_serializable("cscfuse_keras")
class MergeCodes(keras.layers.Layer):
    """gain * rule(first, second).

    Args:
        rule: name of a rule in `RULES`.
        gain: factor on the merged code. 2 gives the contrast of the published results.

    Inputs: two codes of shape (batch, height, width, channels). Output: one of the same shape.
    """

    def __init__(self, rule: str, gain: float = 2.0, **kwargs):
        super().__init__(**kwargs)
        if rule not in RULES:
            raise ValueError(f"rule must be one of {', '.join(RULES)}; received {rule!r}")
        self.rule = rule
        self.gain = gain

    def call(self, first, second):
        """Merge two codes."""
        return self.gain * RULES[self.rule](first, second)

    def compute_output_shape(self, first_shape, second_shape):
        """Shape of either code."""
        return first_shape

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {**super().get_config(), "rule": self.rule, "gain": self.gain}
