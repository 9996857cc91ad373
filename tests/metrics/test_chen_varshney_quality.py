import math

import numpy as np
import pytest

from cscfuse_keras.metrics.chen_varshney_quality import chen_varshney_quality


def stretched(image):
    return np.rint(255 * (image - image.min()) / np.ptp(image))


def seen(image):
    """Filtered by the sum over all waves, one complex exponential matrix an axis."""
    waves = [np.exp(-2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n) for n in image.shape]
    cycles = [np.where(np.arange(n) > n / 2, np.arange(n) - n, np.arange(n)) for n in image.shape]
    frequency = np.sqrt(cycles[0][:, None] ** 2 + cycles[1] ** 2) / 4
    response = 2.6 * (0.0192 + 0.144 * frequency) * np.exp(-((0.144 * frequency) ** 1.1))
    coefficients = waves[0] @ image @ waves[1] * response
    return (waves[0].conj() @ coefficients @ waves[1].conj()).real / image.size


def by_loops(fused, *sources):
    fused, above, below = stretched(fused), 0.0, 0.0
    for source in map(stretched, sources):
        padded, difference = np.pad(source, 1), seen(source - fused)
        saliency, squares = {}, {}
        for i in range(fused.shape[0]):
            for j in range(fused.shape[1]):
                patch, block = padded[i : i + 3, j : j + 3], (i // 16, j // 16)
                across, down = (patch[:, 2] - patch[:, 0]) @ [1, 2, 1], (patch[2] - patch[0]) @ [1, 2, 1]
                saliency[block] = saliency.get(block, 0) + math.hypot(across, down) ** 5
                squares[block] = squares.get(block, 0) + difference[i, j] ** 2
        above += sum(saliency[block] * squares[block] / 256 for block in saliency)
        below += sum(saliency.values())
    return above / below


@pytest.mark.parametrize("shape", [(45, 52), (32, 47)])
def test_equals_plain_fourier_sums_and_loops(shape, fused, infrared, visible):
    images = [image[: shape[0], : shape[1]] for image in (fused, infrared, visible)]
    value = chen_varshney_quality(images[0], images[1:])
    assert value == pytest.approx(by_loops(*images), rel=1e-9)
    assert chen_varshney_quality(images[0], images[:0:-1]) == pytest.approx(value, rel=1e-12)


def test_identical_images_differ_in_nothing(fused):
    assert chen_varshney_quality(fused, (fused, fused)) == pytest.approx(0, abs=1e-20)


def test_a_mean_that_differs_by_hand():
    # On one full block with both levels, inversion turns the sign: a difference of 255 at all pixels, of mean 0.
    source = np.zeros((16, 16))
    source[:, ::2] = 255
    # The difference is a wave of 8 cycles in 4 degrees.
    response = 2.6 * (0.0192 + 0.144 * 2) * math.exp(-((0.144 * 2) ** 1.1))
    assert chen_varshney_quality(255 - source, (source,)) == pytest.approx((255 * response) ** 2)


@pytest.mark.filterwarnings("error")
def test_constant_sources_have_no_value(fused):
    constant = np.full_like(fused, 30)
    assert math.isnan(chen_varshney_quality(fused, (constant, constant)))
    assert chen_varshney_quality(constant, (fused,)) > 0
