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
