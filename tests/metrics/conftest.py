import cv2
import numpy as np
import pytest


def smooth_image(seed, shape=(45, 52)):
    """A grey image with structure on several scales, on 8-bit levels as float64."""
    noise = np.random.default_rng(seed).normal(size=shape)
    image = sum(cv2.GaussianBlur(noise, (0, 0), sigma) * sigma for sigma in (0.5, 2.0, 6.0))
    return np.rint(255 * (image - image.min()) / np.ptp(image))


@pytest.fixture
def infrared():
    return smooth_image(1)


@pytest.fixture
def visible():
    return smooth_image(2)


@pytest.fixture
def fused(infrared, visible):
    """Neither source nor their mean: part of the pixels has more contrast than a source, part has less."""
    return np.rint(np.clip(0.9 * infrared + 0.5 * visible - 40 + 0.1 * smooth_image(3), 0, 255))


@pytest.fixture
def picture():
    """A colour picture of 8 bits with room for four patches of 96 x 96, and with a flat, saturated corner."""
    picture = np.stack([smooth_image(seed, (200, 215)) for seed in (4, 4, 5)], axis=-1)
    picture[:40, :50] = 255
    return picture.astype(np.uint8)
