import numpy as np
import pytest

from cscfuse_keras.metrics.hypercomplex_quality import hypercomplex_quality


def hamilton(p, q):
    """Product of quaternions by Hamilton's table."""
    a, b, c, d = p
    e, f, g, h = q
    return np.array(
        [
            a * e - b * f - c * g - d * h,
            a * f + b * e + c * h - d * g,
            a * g - b * h + c * e + d * f,
            a * h + b * g - c * f + d * e,
        ]
    )


def conjugate(z):
    return np.concatenate([z[:1], -z[1:]])


def doubled(z, w):
    """Product by Cayley and Dickson's recursion: (a, b)(c, d) = (a c - d* b, d a + b c*)."""
    if len(z) == 1:
        return z * w
    half = len(z) // 2
    a, b, c, d = z[:half], z[half:], w[:half], w[half:]
    return np.concatenate([doubled(a, c) - doubled(conjugate(d), b), doubled(d, a) + doubled(b, conjugate(c))])


def plain_index(fused, truth, product):
    """The index of one block, pixel by pixel."""
    z, w = np.float64(fused).reshape(-1, fused.shape[2]), np.float64(truth).reshape(-1, truth.shape[2])
    mean_z, mean_w = z.mean(0), w.mean(0)
    covariance = np.mean([product(p, conjugate(q)) for p, q in zip(z, w, strict=True)], axis=0)
    covariance -= product(mean_z, conjugate(mean_w))
    variances = np.mean((z**2).sum(1)) - (mean_z**2).sum() + np.mean((w**2).sum(1)) - (mean_w**2).sum()
    moduli = np.linalg.norm(mean_z), np.linalg.norm(mean_w)
    bias = 2 * moduli[0] * moduli[1] / (moduli[0] ** 2 + moduli[1] ** 2)
    return 2 * np.linalg.norm(covariance) / variances * bias


@pytest.fixture
def images(random_images):
    """Two images that resemble each other, of any number of bands."""

    def pair(bands, shape=(32, 32)):
        truth = random_images(*shape, bands)
        return 0.7 * truth + 0.3 * random_images(*shape, bands, seed=1) ** 2, truth

    return pair


def test_four_bands_are_quaternions(images):
    fused, truth = images(4)
    expected = plain_index(fused, truth, hamilton)
    assert 0.5 < expected < 0.99
    assert hypercomplex_quality(fused, [truth]) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("bands", "components"), [(1, 1), (2, 2), (3, 4), (8, 8), (13, 16), (31, 32)])
def test_recursive_doubling(images, bands, components):
    fused, truth = images(bands)
    padded = [np.concatenate([image, np.zeros((32, 32, components - bands))], axis=2) for image in (fused, truth)]
    assert hypercomplex_quality(fused, [truth]) == pytest.approx(plain_index(*padded, doubled), rel=1e-9)


def test_mean_over_blocks(images):
    fused, truth = images(4, (64, 32))
    blocks = [plain_index(fused[part], truth[part], hamilton) for part in (slice(32), slice(32, 64))]
    assert hypercomplex_quality(fused, [truth]) == pytest.approx(np.mean(blocks), rel=1e-9)


@pytest.mark.parametrize("bands", [1, 4, 8, 31])
def test_one_for_identical_images(images, bands):
    _, truth = images(bands, (40, 33))
    assert hypercomplex_quality(truth, [truth]) == pytest.approx(1)
    assert hypercomplex_quality(0 * truth, [0 * truth]) == 1


def test_each_factor_by_hand(images):
    _, truth = images(4)
    # Half the contrast at the same mean: 2 s / (1 + s^2), s = 1/2.
    faded = truth.mean((0, 1)) + (truth - truth.mean((0, 1))) / 2
    assert hypercomplex_quality(faded, [truth]) == pytest.approx(2 * 0.5 / 1.25, rel=1e-5)
    # Half the brightness of a flat image: the mean bias alone.
    flat = np.full((32, 32, 4), 0.6)
    assert hypercomplex_quality(flat / 2, [flat]) == pytest.approx(2 * 0.5 / 1.25)
