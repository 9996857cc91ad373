"""The 8-bit grey of a picture, as the measures of multi-exposure fusion were published with."""

import numpy as np
import numpy.typing as npt

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.grey_images import GreyImage, grey_image

# Luminance of NTSC to more digits than 0.299, 0.587, 0.114, as in MATLAB's rgb2gray: one pixel in 700 rounds otherwise.
_WEIGHTS = (0.298936021293775, 0.587043074451121, 0.114020904255103)


def eight_bit_grey(picture: npt.ArrayLike, name: str = "fused image", minimum_size: int = 1) -> GreyImage:
    """Return the grey levels of a picture, rounded to whole ones.

    Args:
        picture: uint8 RGB of shape (height, width, 3), or grey of shape (height, width) in 0..255.
        name: what messages call the picture.
        minimum_size: smallest height and width, in pixels, that the metric has a value for.

    Returns:
        Array of shape (height, width), whole numbers in 0..255.

    Raises:
        InputError: a colour picture of another shape or type, or a grey one that `grey_image` refuses.
    """
    array = np.asarray(picture)
    if array.ndim == 3:
        if array.dtype != np.uint8 or array.shape[2] != 3:
            raise InputError(
                f"{name}: expected uint8 of shape (height, width, 3) or (height, width), "
                f"found {array.dtype} of shape {array.shape}; convert it to RGB of 8 bits"
            )
        array = sum(weight * array[..., channel] for channel, weight in enumerate(_WEIGHTS))
    return np.rint(grey_image(array, name, minimum_size))
