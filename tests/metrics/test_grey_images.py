import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.grey_images import grey_image, grey_images

GREY = np.full((5, 6), 7.0)


def test_integers_become_float64_of_the_same_values():
    image = grey_image(np.array([[0, 255], [3, 4]], np.uint8))
    assert image.dtype == np.float64
    np.testing.assert_array_equal(image, [[0.0, 255.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((4, 5, 3)), r"shape \(4, 5, 3\)"),
        (np.zeros(4), r"shape \(4,\)"),
        (np.zeros((0, 5)), "0 x 5"),
        (np.array([[0.0, np.nan]]), "finite"),
        (np.array([[0.0, np.inf]]), "finite"),
        (np.array([[-1.0, 3.0]]), r"-1\.\.3"),
        (np.array([[0.0, 255.5]]), r"0\.\.255\.5"),
        (np.array([[0, 65535]], np.uint16), r"0\.\.65535"),
        (np.zeros((4, 4), bool), "bool"),
        (np.zeros((4, 4), complex), "complex"),
        (np.array([["a"]]), "<U1"),
    ],
)
def test_refuses_what_is_no_grey_image_and_names_it(image, message):
    with pytest.raises(InputError, match=message) as caught:
        grey_image(image, "visible")
    assert str(caught.value).startswith("visible: expected ")
    assert "\n" not in str(caught.value)


def test_minimum_size_counts_both_axes():
    assert grey_image(np.zeros((3, 4)), minimum_size=3).shape == (3, 4)
    with pytest.raises(InputError, match="at least 4 x 4 pixels, found 3 x 4"):
        grey_image(np.zeros((3, 4)), minimum_size=4)


def test_sources_need_the_fused_shape():
    with pytest.raises(InputError, match=r"source 2: expected the fused image's shape \(5, 6\), found \(6, 5\)"):
        grey_images(GREY, (GREY, GREY.T))


@pytest.mark.parametrize(("count", "source_count"), [(0, None), (1, 2), (3, 2)])
def test_the_number_of_sources_is_checked(count, source_count):
    with pytest.raises(InputError, match=f"sources: expected .* found {count}"):
        grey_images(GREY, [GREY] * count, source_count)


def test_a_source_is_checked_like_the_fused_image():
    with pytest.raises(InputError, match="source 1: expected finite"):
        grey_images(GREY, (GREY * np.nan,))
