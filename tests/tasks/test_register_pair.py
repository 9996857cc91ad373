import importlib.util

import cv2
import numpy as np
import pytest

from cscfuse_keras.samples import night_road
from cscfuse_keras.tasks import register_pair as module
from cscfuse_keras.tasks.match_edges import IDENTITY, at_size
from cscfuse_keras.tasks.match_mutual_information import match_mutual_information
from cscfuse_keras.tasks.register_pair import AlignmentError, Registration, mean_displacement, register_pair

SIZE = 180, 240
WARPS = {
    "shift": [[1, 0, 12], [0, 1, -7]],
    "turn": [[0.9986, -0.0523, 6], [0.0523, 0.9986, -9]],
    "scale": [[1.05, 0, -4], [0, 1.05, 3]],
    "shear": [[0.97, 0.03, 2], [-0.01, 1.02, -1]],
}


@pytest.fixture(scope="module")
def scene():
    infrared, visible = night_road(220, 300)
    return infrared, visible[20:200, 30:270]


def seen(infrared, warp):
    """What a camera sees whose pixels lie where the warp says, beside the middle of the scene."""
    matrix = np.array(warp, float) + np.array([[0, 0, 30], [0, 0, 20]])
    return cv2.warpAffine(infrared, matrix, SIZE[::-1], flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)


@pytest.fixture(scope="module")
def registered(scene):
    infrared, visible = scene
    return {name: register_pair(seen(infrared, warp), visible) for name, warp in WARPS.items()}


@pytest.mark.parametrize("name", WARPS)
def test_a_known_displacement_is_found(registered, name):
    found = registered[name]
    inverse = cv2.invertAffineTransform(np.array(WARPS[name], float))
    assert mean_displacement(found.matrix - inverse + IDENTITY, SIZE) < 0.5
    assert found.displacement == pytest.approx(mean_displacement(inverse, SIZE), abs=0.5)
    assert found.agreement > 0.3 > 0.2 > found.agreement_before


def test_what_is_in_register_is_left_alone(scene):
    infrared, visible = seen(scene[0], IDENTITY), scene[1]
    found = register_pair(infrared, visible)
    assert not found.moves
    cut = found.crop(infrared, visible)
    for cropped, whole in zip(cut, (infrared, visible), strict=True):
        assert np.shares_memory(cropped, whole)
        assert cropped.shape == whole.shape


@pytest.mark.parametrize(("dtype", "scale"), [("uint8", 255), ("uint16", 65535)])
def test_depth_and_contrast_do_not_matter(scene, registered, dtype, scale):
    infrared = 1 - 0.5 * np.clip(seen(scene[0], WARPS["shift"]), 0, 1)
    found = register_pair((scale * infrared).astype(dtype), (scale * scene[1]).astype(dtype))
    assert mean_displacement(found.matrix - registered["shift"].matrix + IDENTITY, SIZE) < 0.3
    assert found.warp((scale * infrared).astype(dtype)).dtype == dtype


def test_a_smaller_infrared_picture(scene, registered):
    infrared = seen(scene[0], WARPS["shear"])
    small = cv2.resize(infrared, (120, 90), interpolation=cv2.INTER_AREA)
    found = register_pair(small, scene[1])
    assert mean_displacement(found.matrix - registered["shear"].matrix + IDENTITY, SIZE) < 1
    assert found.warp(small).shape == SIZE


@pytest.mark.parametrize("name", WARPS)
def test_the_crop_is_what_both_show(scene, registered, name):
    infrared = seen(scene[0], WARPS[name])
    warped, visible = registered[name].crop(infrared, scene[1])
    assert warped.shape == visible.shape[:2]
    assert warped.size > 0.8 * infrared.size
    rows, columns = registered[name].window
    x, y = registered[name].matrix @ [
        [columns.start, columns.stop - 1, columns.start, columns.stop - 1],
        [rows.start, rows.start, rows.stop - 1, rows.stop - 1],
        [1, 1, 1, 1],
    ]
    assert min(x.min(), y.min()) >= -0.01
    assert x.max() <= SIZE[1] - 0.99
    assert y.max() <= SIZE[0] - 0.99
    truth = scene[0][20:200, 30:270][registered[name].window]
    assert np.corrcoef(warped.ravel(), truth.ravel())[0, 1] > 0.97
    assert warped.min() >= infrared.min()
    assert warped.max() <= infrared.max()


def test_pictures_beyond_the_finest_size(scene, registered, monkeypatch):
    monkeypatch.setattr(module, "FINEST_SIDE", 200)
    found = register_pair(seen(scene[0], WARPS["turn"]), scene[1])
    assert found.size == SIZE
    assert mean_displacement(found.matrix - registered["turn"].matrix + IDENTITY, SIZE) < 0.5


@pytest.mark.parametrize("other", ["noise", "flat", "another"])
def test_what_cannot_be_aligned_is_refused(scene, other):
    infrared = {
        "noise": np.random.default_rng(0).random(SIZE),
        "flat": np.full(SIZE, 0.4),
        "another": np.flipud(seen(scene[0], IDENTITY)),
    }[other]
    with pytest.raises(AlignmentError, match="share edges that tell how they lie, found too few"):
        register_pair(infrared, scene[1])


def test_a_displacement_beyond_the_limit_is_refused(scene):
    infrared = seen(scene[0], WARPS["shift"])
    with pytest.raises(AlignmentError, match="at most 12 pixels, found 14"):
        register_pair(infrared, scene[1], largest_displacement=0.05)


def test_a_turn_that_no_rig_has_is_refused(scene):
    infrared = seen(scene[0], [[0.9962, -0.0872, 15], [0.0872, 0.9962, -10]])
    with pytest.raises(AlignmentError, match="at most 8%, found 9%"):
        register_pair(infrared, scene[1])


def test_a_frame_does_not_hold_a_pair_where_it_is(scene, registered):
    infrared, visible = seen(scene[0], WARPS["shift"]), scene[1].copy()
    for image in (infrared, visible):
        image[:3], image[-3:], image[:, :3], image[:, -3:] = 0, 0, 0, 0
    found = register_pair(infrared, visible)
    assert mean_displacement(found.matrix - registered["shift"].matrix + IDENTITY, SIZE) < 0.5


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        (((40, 60), (240, 360)), "at least 48 x 48 pixels to align, found 60 x 40 and 360 x 240"),
        (((240, 320), (180, 320)), "same proportions to align, found 320 x 240 and 320 x 180"),
    ],
)
def test_sizes_that_cannot_be_aligned(random_images, sizes, words):
    with pytest.raises(AlignmentError, match=words):
        register_pair(*(random_images(*size) for size in sizes))


def test_a_map_between_copies_of_another_size():
    matrix = np.array([[1.02, -0.03, 5], [0.02, 0.98, -4]])
    bigger = at_size(matrix, (100, 200), (300, 400))
    # The centre of pixel (10, 20) lies at (10.5, 20.5), and in the copy at (21, 61.5), which is pixel (20.5, 61).
    x, y = matrix @ [10, 20, 1]
    np.testing.assert_allclose(bigger @ [20.5, 61, 1], [2 * (x + 0.5) - 0.5, 3 * (y + 0.5) - 0.5])
    np.testing.assert_allclose(at_size(bigger, (300, 400), (100, 200)), matrix)


def test_the_window_of_a_shift():
    matrix = np.array([[1, 0, 3], [0, 1, -2.5]])
    assert Registration(matrix, (20, 30), 1, 0).window == (slice(3, 20), slice(0, 27))


needs_simple_itk = pytest.mark.skipif(
    importlib.util.find_spec("SimpleITK") is None, reason="SimpleITK is not installed"
)


@needs_simple_itk
def test_mutual_information_finds_a_small_shift(scene):
    found = match_mutual_information(seen(scene[0], [[1, 0, 3], [0, 1, -2]]), scene[1].mean(axis=2))
    assert mean_displacement(found - [[0, 0, -3], [0, 0, 2]], SIZE) < 2


@needs_simple_itk
def test_mutual_information_of_nothing_moves_nothing():
    np.testing.assert_array_equal(match_mutual_information(np.zeros(SIZE), np.zeros(SIZE)), IDENTITY)


@pytest.mark.parametrize("installed", [True, False])
def test_mutual_information_is_asked_where_edges_fail(scene, registered, monkeypatch, installed):
    inverse = cv2.invertAffineTransform(np.array(WARPS["shift"], float))
    monkeypatch.setattr(module, "match_edges", lambda *images: IDENTITY)
    monkeypatch.setattr(module, "is_installed", lambda: installed)
    monkeypatch.setattr(module, "match_mutual_information", lambda *images: inverse + np.array([[0, 0, 1]]))
    pair = seen(scene[0], WARPS["shift"]), scene[1]
    if installed:
        found = register_pair(*pair)
        assert mean_displacement(found.matrix - registered["shift"].matrix + IDENTITY, SIZE) < 0.3
    else:
        with pytest.raises(AlignmentError):
            register_pair(*pair)
