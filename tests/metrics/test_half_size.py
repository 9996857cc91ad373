import numpy as np
import pytest

from cscfuse_keras.metrics.half_size import half_size


def keys_cubic(x):
    x = abs(x)
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0


def halved_rows(image):
    """MATLAB's definition: the kernel is twice as wide, weights sum to 1, the image is mirrored at its border."""
    count = image.shape[0]
    mirrored = np.concatenate([image, image[::-1]])
    rows = []
    for row in range(-(-count // 2)):
        centre = 2 * row + 0.5
        taps = range(int(centre) - 5, int(centre) + 7)
        weights = [keys_cubic((centre - tap) / 2) for tap in taps]
        rows.append(sum(w * mirrored[tap % (2 * count)] for w, tap in zip(weights, taps, strict=True)) / sum(weights))
    return np.array(rows)


@pytest.mark.parametrize("shape", [(20, 31), (9, 12), (7, 7)])
def test_equals_the_definition_in_plain_loops(shape):
    image = np.random.default_rng(1).uniform(0, 255, shape)
    np.testing.assert_allclose(half_size(image), halved_rows(halved_rows(image).T).T, rtol=0, atol=1e-10)


def test_keeps_constants_and_ramps():
    np.testing.assert_allclose(half_size(np.full((10, 13), 77.0)), np.full((5, 7), 77.0), rtol=1e-12)
    ramp = np.add.outer(np.arange(40.0), np.zeros(40))
    np.testing.assert_allclose(half_size(ramp)[4:-4], np.add.outer(np.arange(8.5, 32, 2), np.zeros(20)), rtol=1e-12)
