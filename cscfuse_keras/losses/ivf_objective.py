"""What a fused infrared-visible picture is judged by while the network that makes it is trained: no truth exists."""

import dataclasses

import keras
from keras import ops

from cscfuse_keras.config import Config
from cscfuse_keras.losses.activity_rule import blend_by_activity
from cscfuse_keras.losses.edge_preservation import edge_preservation, missing_sharpness, strongest_edge_distance
from cscfuse_keras.losses.fused_tone import (
    brightest_distance,
    correlations_of_differences,
    missing_contrast,
    near_clipping,
    noise_in_flat_areas,
    unevenness,
)
from cscfuse_keras.losses.mutual_information import mutual_information
from cscfuse_keras.losses.reference_figures import lack_of_figures
from cscfuse_keras.losses.visual_information import visual_information

# Keeps the power's gradient finite where nothing is kept.
_TINY = 1e-3


@dataclasses.dataclass(frozen=True)
class IVFObjectiveWeights(Config):
    """Weights of the objective's terms.

    The defaults are those of the longest training of the preset `ivf`, which weighs all of them.

    Attributes:
        visual_information_weight: of each source's VIFp, to the power of `balance`.
        balance: 1 adds the sources' shares up; less counts the source more of which less is kept.
        mutual_information_weight: of the sum of the sources' mutual information, in nats.
        edge_weight: of Qabf.
        strongest_edge_weight: of the distance from the stronger source's gradient.
        sharpness: factor on that gradient.
        missing_sharpness_weight: of missing spatial frequency.
        difference_weight: of what the correlations of differences (SCD) lack to `differences`.
        differences: SCD that is enough; more of it costs mutual information.
        contrast_weight: of missing standard deviation.
        brightness_weight: of the distance from the brighter source.
        noise_weight: of noise in flat areas, in grey levels of 255.
        unevenness_weight: of the same at a quarter and an eighth of the size: of glow on even ground.
        clipping_weight: of what comes close to black and white.
        rule_weight: of the distance from `blend_by_activity`, in brightness and in gradients.
        reference_weight: of what figures lack to those of the picture that a reference network makes.
        more_differences: SCD asked for beyond that picture's.
        spare_information: share of that picture's visual information that may be lost.
        spare_edges: share of its Qabf that may be lost.
    """

    visual_information_weight: float = 1.2
    balance: float = 0.9
    mutual_information_weight: float = 2.6
    edge_weight: float = 3.0
    strongest_edge_weight: float = 8.0
    sharpness: float = 2.0
    missing_sharpness_weight: float = 0.0
    difference_weight: float = 6.0
    differences: float = 1.84
    contrast_weight: float = 2.0
    brightness_weight: float = 0.0
    noise_weight: float = 0.8
    unevenness_weight: float = 0.0
    clipping_weight: float = 1.0
    rule_weight: float = 40.0
    reference_weight: float = 0.0
    more_differences: float = 0.0
    spare_information: float = 0.0
    spare_edges: float = 0.0


@keras.saving.register_keras_serializable("cscfuse_keras")
class IVFObjective(keras.layers.Layer):
    """Adds the loss of a fused picture, averaged over the batch.

    Visual information kept of each source enters by a power below one: the source of which less is kept counts more,
    so that copying one source, which sums of information reward, pays less.

    Args:
        weights: of the terms, or their plain data.

    Inputs: fused image (batch, height, width, 1) and sources (batch, height, width, 2), infrared first, in [0, 1], at
    least 41 x 41 pixels; the picture to compare it with if `reference_weight` is not 0. Output: the fused image,
    unchanged.
    """

    def __init__(self, weights: IVFObjectiveWeights | dict | None = None, **kwargs):
        super().__init__(**kwargs)
        plain = isinstance(weights, dict)
        self.weighing = IVFObjectiveWeights.from_dict(weights) if plain else weights or IVFObjectiveWeights()

    def call(self, fused, sources, reference=None):
        """Add the loss."""
        weigh = self.weighing
        terms = (
            (-weigh.visual_information_weight, lambda: _balanced(visual_information(fused, sources), weigh.balance)),
            (-weigh.mutual_information_weight, lambda: ops.sum(mutual_information(fused, sources), axis=-1)),
            (-weigh.edge_weight, lambda: edge_preservation(fused, sources)),
            (weigh.strongest_edge_weight, lambda: strongest_edge_distance(fused, sources, weigh.sharpness)),
            (weigh.missing_sharpness_weight, lambda: missing_sharpness(fused, sources)),
            (
                weigh.difference_weight,
                lambda: ops.relu(weigh.differences - correlations_of_differences(fused, sources)),
            ),
            (weigh.contrast_weight, lambda: missing_contrast(fused, sources)),
            (weigh.brightness_weight, lambda: brightest_distance(fused, sources)),
            (weigh.noise_weight, lambda: noise_in_flat_areas(fused, sources)),
            (weigh.unevenness_weight, lambda: unevenness(fused, sources)),
            (weigh.clipping_weight, lambda: near_clipping(fused)),
            (weigh.rule_weight, lambda: _distance(fused, blend_by_activity(sources))),
            (
                weigh.reference_weight,
                lambda: lack_of_figures(
                    fused,
                    reference,
                    sources,
                    weigh.more_differences,
                    weigh.spare_information,
                    weigh.spare_edges,
                ),
            ),
        )
        # Several are slow: what has no weight is not computed.
        loss = sum(weight * term() for weight, term in terms if weight)
        self.add_loss(ops.mean(loss))
        return fused

    def compute_output_shape(self, fused_shape, sources_shape, reference_shape=None):
        """Shape of the fused image."""
        return fused_shape

    def get_config(self):
        """Arguments needed to make the layer again."""
        return {**super().get_config(), "weights": self.weighing.to_dict()}


def _balanced(shares, power):
    return ops.sum((shares + _TINY) ** power, axis=-1)


def _distance(image, other):
    """Mean absolute difference of values and of gradients."""
    difference = ops.convert_to_tensor(image) - other
    slopes = [difference[:, 1:] - difference[:, :-1], difference[:, :, 1:] - difference[:, :, :-1]]
    return sum(ops.mean(ops.abs(part), axis=(1, 2, 3)) for part in (difference, *slopes))
