"""Keras layers, channels-last, written with `keras.ops` alone: the same on TensorFlow, JAX and PyTorch."""

from cscfuse_keras.layers.box_filter import BoxFilter
from cscfuse_keras.layers.code_activity import CodeActivity
from cscfuse_keras.layers.code_decoder import CodeDecoder
from cscfuse_keras.layers.dcu import DictionaryConvolutionalUnit
from cscfuse_keras.layers.fast_guided_filter import FastGuidedFilter
from cscfuse_keras.layers.fold_exposures import FoldExposures, UnfoldExposures
from cscfuse_keras.layers.guided_filter import GuidedFilter
from cscfuse_keras.layers.padded_conv import PaddedConv2D
from cscfuse_keras.layers.pyramid import DoubleLike, Halve
from cscfuse_keras.layers.resize import Enlarge, Shrink
from cscfuse_keras.layers.soft_threshold import SoftThreshold
from cscfuse_keras.layers.space_to_depth import DepthToSpace, SpaceToDepth
from cscfuse_keras.layers.two_scale import TwoScaleSplit
from cscfuse_keras.layers.ycbcr import RGBToYCbCr, YCbCrToRGB

__all__ = [
    "BoxFilter",
    "CodeActivity",
    "CodeDecoder",
    "DepthToSpace",
    "DictionaryConvolutionalUnit",
    "DoubleLike",
    "Enlarge",
    "FastGuidedFilter",
    "FoldExposures",
    "GuidedFilter",
    "Halve",
    "PaddedConv2D",
    "RGBToYCbCr",
    "Shrink",
    "SoftThreshold",
    "SpaceToDepth",
    "TwoScaleSplit",
    "UnfoldExposures",
    "YCbCrToRGB",
]
