"""Keras layers, channels-last, written with `keras.ops` alone: the same on TensorFlow, JAX and PyTorch."""

from cscfuse_keras.layers.box_filter import BoxFilter
from cscfuse_keras.layers.code_decoder import CodeDecoder
from cscfuse_keras.layers.dcu import DictionaryConvolutionalUnit
from cscfuse_keras.layers.fold_exposures import FoldExposures, UnfoldExposures
from cscfuse_keras.layers.guided_filter import GuidedFilter
from cscfuse_keras.layers.padded_conv import PaddedConv2D
from cscfuse_keras.layers.soft_threshold import SoftThreshold
from cscfuse_keras.layers.two_scale import TwoScaleSplit
from cscfuse_keras.layers.ycbcr import RGBToYCbCr, YCbCrToRGB

__all__ = [
    "BoxFilter",
    "CodeDecoder",
    "DictionaryConvolutionalUnit",
    "FoldExposures",
    "GuidedFilter",
    "PaddedConv2D",
    "RGBToYCbCr",
    "SoftThreshold",
    "TwoScaleSplit",
    "UnfoldExposures",
    "YCbCrToRGB",
]
