"""Training losses, written with `keras.ops` alone."""

from cscfuse_keras.losses.halo import halo
from cscfuse_keras.losses.mef_objective import MEFObjective
from cscfuse_keras.losses.mef_ssim import mef_ssim
from cscfuse_keras.losses.ssim import ReconstructionLoss, ssim_dissimilarity, ssim_map

__all__ = ["MEFObjective", "ReconstructionLoss", "halo", "mef_ssim", "ssim_dissimilarity", "ssim_map"]
