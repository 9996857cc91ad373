import numpy as np
import pytest

from cscfuse_keras.baselines.guided_filter import GuidedFilterFuser, guided_filter


@pytest.mark.parametrize("radius", [1, 3, 40])
def test_windows_are_cut_by_the_border(random_images, radius):
    image, guide = random_images(2, 9, 12).astype("float64")
    slope, offset = np.empty_like(image), np.empty_like(image)

    def window(values, row, column):
        return values[max(row - radius, 0) : row + radius + 1, max(column - radius, 0) : column + radius + 1]

    for place in np.ndindex(image.shape):
        one, other = window(image, *place), window(guide, *place)
        slope[place] = np.mean((one - one.mean()) * (other - other.mean())) / (other.var() + 0.01)
        offset[place] = one.mean() - slope[place] * other.mean()
    expected = [window(slope, *p).mean() * guide[p] + window(offset, *p).mean() for p in np.ndindex(image.shape)]
    np.testing.assert_allclose(guided_filter(image, guide, radius, 0.01).ravel(), expected, atol=1e-12)


def test_sharp_halves_of_a_picture_are_put_together(random_images):
    import cv2

    whole = cv2.GaussianBlur(random_images(160, 240), (0, 0), 1.0)
    blurred = cv2.GaussianBlur(whole, (0, 0), 4.0)
    left, right = whole.copy(), whole.copy()
    left[:, 120:], right[:, :120] = blurred[:, 120:], blurred[:, :120]
    fused = GuidedFilterFuser().fuse(left, right)
    away = np.r_[:90, 150:240]
    kept, lost = (np.sqrt(np.mean((image - whole)[:, away] ** 2)) for image in (fused, (left + right) / 2))
    assert kept < 0.1 * lost
