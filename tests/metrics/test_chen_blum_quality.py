import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.chen_blum_quality import chen_blum_quality


def seen(image):
    """Stretched, and filtered by the sum over all waves, one complex exponential matrix an axis."""
    image = np.rint(255 * (image - image.min()) / np.ptp(image))
    waves = [np.exp(-2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n) for n in image.shape]
    cycles = [np.where(np.arange(n) > n / 2, np.arange(n) - n, np.arange(n)) for n in image.shape]
    square = (cycles[0][:, None] ** 2 + cycles[1] ** 2) / 15**2
    response = np.exp(-square / 15.3870**2) - 0.7622 * np.exp(-square / 1.3456**2)
    coefficients = waves[0] @ image @ waves[1] * response
    return (waves[0].conj() @ coefficients @ waves[1].conj()).real / image.size


def masked_contrast(image):
    image, offsets = np.pad(seen(image), 15), np.arange(-15, 16)
    squares = offsets[:, None] ** 2 + offsets**2
    windows = np.lib.stride_tricks.sliding_window_view(image, (31, 31))
    fine, coarse = (
        np.einsum("ijkl,kl->ij", windows, np.exp(-squares / (2 * s * s)) / (2 * np.pi * s * s)) for s in (2, 4)
    )
    contrast = abs(fine / coarse - 1)
    return contrast**3 / (contrast**2 + 0.0001)


def by_definition(fused, *sources):
    fused, contrasts = masked_contrast(fused), [masked_contrast(source) for source in sources]
    kept = sum(c * c * np.minimum(c / fused, fused / c) for c in contrasts)
    return np.mean(kept / sum(c * c for c in contrasts))


@pytest.mark.parametrize("shape", [(45, 52), (44, 51)])
def test_equals_plain_fourier_sums_and_windows(shape, fused, infrared, visible):
    images = [image[: shape[0], : shape[1]] for image in (fused, infrared, visible)]
    value = chen_blum_quality(images[0], images[1:])
    assert value == pytest.approx(by_definition(*images), rel=1e-7)
    assert chen_blum_quality(images[0], images[:0:-1]) == pytest.approx(value, rel=1e-12)


def test_identical_images_keep_all(fused):
    assert chen_blum_quality(fused, (fused, fused)) == pytest.approx(1)


def test_scale_and_offset_of_levels_do_not_count(infrared, visible):
    # Levels 0 to 85 are stretched to the same levels 0, 3, ... 255.
    coarse = 3 * np.rint(visible / 3)
    value = chen_blum_quality(coarse, (infrared, visible))
    assert chen_blum_quality(coarse / 3 + 40, (infrared, visible)) == pytest.approx(value, rel=1e-12)


@pytest.mark.filterwarnings("error")
def test_constant_images(fused):
    constant = np.full_like(fused, 90)
    assert chen_blum_quality(constant, (fused, fused)) == 0
    assert chen_blum_quality(constant, (constant, constant)) == 1
    assert chen_blum_quality(fused, (constant, fused)) == pytest.approx(1)


def test_defined_for_two_sources_alone(fused):
    with pytest.raises(InputError, match="expected 2 images, found 1"):
        chen_blum_quality(fused, (fused,))
