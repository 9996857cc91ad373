"""Random resized crops: a pure function of image, settings and seed, in TensorFlow and in numpy."""

import math

import cv2
import numpy as np

AREA = (0.08, 1.0)
RATIO = (3 / 4, 4 / 3)


def crop_window(height: int, width: int, uniform: np.ndarray) -> tuple[int, int, int, int]:
    """Place of a random crop: a share of the area in `AREA`, an aspect ratio in `RATIO` (uniform in its logarithm).

    Args:
        height: of the image.
        width: of the image.
        uniform: four random numbers in [0, 1): area, ratio, vertical and horizontal place.

    Returns:
        `(top, left, crop height, crop width)`, inside the image.
    """
    area = height * width * (AREA[0] + (AREA[1] - AREA[0]) * uniform[0])
    ratio = math.exp(math.log(RATIO[0]) + (math.log(RATIO[1]) - math.log(RATIO[0])) * uniform[1])
    crop_height = max(1, min(height, round(math.sqrt(area / ratio))))
    crop_width = max(1, min(width, round(math.sqrt(area * ratio))))
    top = int(uniform[2] * (height - crop_height + 1))
    left = int(uniform[3] * (width - crop_width + 1))
    return top, left, crop_height, crop_width


def random_resized_crop(image: np.ndarray, size: int, generator: np.random.Generator) -> np.ndarray:
    """Random crop, resized to `size` x `size`, and mirrored left-right half of the time.

    Args:
        image: float32 array (height, width, channels).
        size: side of the result, in pixels.
        generator: source of randomness.

    Returns:
        float32 array (size, size, channels), range kept.
    """
    uniform = generator.random(5)
    top, left, height, width = crop_window(*image.shape[:2], uniform[:4])
    crop = image[top : top + height, left : left + width]
    # Area averaging avoids aliasing when shrinking; when enlarging OpenCV's area mode is bilinear-like but blocky.
    shrinking = height > size or width > size
    resized = cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR)
    resized = resized.reshape(size, size, image.shape[2])
    return resized[:, ::-1].copy() if uniform[4] < 0.5 else resized
