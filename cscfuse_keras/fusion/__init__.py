"""Rules that merge the codes of two images, and the exposures of a scene."""

from cscfuse_keras.fusion.average import average, total
from cscfuse_keras.fusion.exposure_weights import exposure_weights
from cscfuse_keras.fusion.l1_norm import l1_norm
from cscfuse_keras.fusion.merge_codes import RULES, MergeCodes
from cscfuse_keras.fusion.merge_exposures import MergeExposures, merge_exposures
from cscfuse_keras.fusion.saliency import saliency

__all__ = [
    "RULES",
    "MergeCodes",
    "MergeExposures",
    "average",
    "exposure_weights",
    "l1_norm",
    "merge_exposures",
    "saliency",
    "total",
]
