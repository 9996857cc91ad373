"""Halo loss: the mean absolute gradient of the luma, which keeps bright and dark seams out of the fused image."""

from keras import ops

from cscfuse_keras.layers.padding import pad_image
from cscfuse_keras.layers.ycbcr import rgb_to_luma


def sobel(images):
    """Horizontal and vertical Sobel derivative divided by 8, edge pixels repeated.

    Args:
        images: tensor (batch, height, width, 1).

    Returns:
        Tensor (batch, height, width, 2).
    """
    padded = pad_image(images, 1, "edge")
    across = padded[:, :, 2:] - padded[:, :, :-2]
    down = padded[:, 2:] - padded[:, :-2]
    horizontal = across[:, :-2] + 2 * across[:, 1:-1] + across[:, 2:]
    vertical = down[:, :, :-2] + 2 * down[:, :, 1:-1] + down[:, :, 2:]
    return ops.concatenate([horizontal, vertical], axis=-1) / 8


def halo(fused):
    """Mean over pixels and directions of |Sobel(Y)| of each image (Zhao et al. 2023).

    Args:
        fused: RGB tensor (batch, height, width, 3) in [0, 1].

    Returns:
        Tensor (batch,).
    """
    return ops.mean(ops.abs(sobel(rgb_to_luma(fused))), axis=(1, 2, 3))
