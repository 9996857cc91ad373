import cv2
import numpy as np
import pytest

from cscfuse_keras.baselines.mertens import MertensFuser
from cscfuse_keras.errors import InputError
from cscfuse_keras.samples import exposure_bracket


@pytest.fixture(scope="module")
def bracket():
    return np.rint(255 * exposure_bracket(3, 64, 80)).astype("uint8")


def test_is_opencv_s_with_files_as_opencv_reads_them(bracket, tmp_path):
    paths = [str(tmp_path / f"{k}.png") for k in range(len(bracket))]
    for path, image in zip(paths, bracket, strict=True):
        cv2.imwrite(path, image[..., ::-1])
    expected = cv2.createMergeMertens().process([cv2.imread(path) for path in paths])
    assert expected.max() > 1  # What OpenCV gives is not yet clipped.
    np.testing.assert_allclose(MertensFuser().fuse(bracket, 255), expected[..., ::-1].clip(0, 1), atol=1e-5)


def test_depth_and_scale_do_not_matter(bracket):
    expected = MertensFuser().fuse(bracket, 255)
    assert expected.dtype == np.float32
    np.testing.assert_allclose(MertensFuser().fuse(bracket.astype("uint16") * 257, 65535), expected, atol=1e-5)
    np.testing.assert_allclose(MertensFuser().fuse(bracket / 255), expected, atol=1e-5)


def test_order_does_not_matter(bracket):
    np.testing.assert_allclose(MertensFuser().fuse(bracket[::-1], 255), MertensFuser().fuse(bracket, 255), atol=1e-5)


def test_flat_exposures_by_hand():
    # Middle grey is well exposed, weight 1; at distance d from it, a channel has weight exp(-d^2 / 0.08).
    exposures = [np.full((16, 16, 3), level, np.float32) for level in (0.5, 0.7)]
    weight = np.exp(-(0.2**2) / 0.08) ** 3
    expected = (0.5 + 0.7 * weight) / (1 + weight)
    np.testing.assert_allclose(MertensFuser(0, 0, 1).fuse(exposures), expected, rtol=1e-5)
    # Flat and grey, they have neither contrast nor saturation: nothing speaks for one of them.
    np.testing.assert_allclose(MertensFuser().fuse(exposures), 0.6, rtol=1e-5)


def test_grey_stays_grey_unless_one_exposure_has_colour(bracket):
    grey = list(bracket[..., 1])
    assert MertensFuser().fuse(grey, 255).shape == (64, 80)
    mixed = MertensFuser().fuse([grey[0], *bracket[1:]], 255)
    colour = MertensFuser().fuse([np.stack([grey[0]] * 3, axis=-1), *bracket[1:]], 255)
    np.testing.assert_allclose(mixed, colour, atol=1e-5)


def test_what_is_no_stack_of_exposures(bracket):
    with pytest.raises(InputError, match="at least two exposures"):
        MertensFuser().fuse(bracket[:1], 255)
    with pytest.raises(InputError, match=r"one size, .* in exposures\[1\]"):
        MertensFuser().fuse([bracket[0], bracket[1][1:]], 255)
