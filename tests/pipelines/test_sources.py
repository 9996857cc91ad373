from pathlib import Path

import cv2
import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from pipelines.sources import find_pictures, read_grey, split_by_name


def test_pictures_of_all_folders_and_their_subfolders(tmp_path, draw_pictures):
    wanted = draw_pictures(tmp_path / "b", ["2.png", "10.PNG"]) + draw_pictures(tmp_path / "b" / "deep", ["1.bmp"])
    others = draw_pictures(tmp_path / "a", ["1.jpg"])
    (tmp_path / "b" / "notes.txt").write_text("no picture")
    (tmp_path / "b" / "._2.png").write_text("what a Mac leaves behind")
    (tmp_path / "b" / "folder.png").mkdir()
    assert find_pictures([tmp_path / "b", str(tmp_path / "a")]) == sorted(wanted) + others


def test_missing_and_empty_folders_are_named(tmp_path, draw_pictures):
    draw_pictures(tmp_path / "full", ["1.png"])
    with pytest.raises(InputError, match="missing: expected a folder of pictures"):
        find_pictures([tmp_path / "full", tmp_path / "missing"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"empty: expected pictures .*found none"):
        find_pictures([tmp_path / "full", tmp_path / "empty"])


@pytest.mark.parametrize(("dtype", "full_scale"), [("uint8", 255), ("uint16", 65535)])
def test_grey_pictures_are_scaled_by_their_depth(dtype, full_scale, tmp_path):
    pixels = np.array([[0, full_scale // 5], [full_scale // 3, full_scale]], dtype)
    cv2.imwrite(str(tmp_path / "grey.png"), pixels)
    image = read_grey(tmp_path / "grey.png")
    assert (image.shape, image.dtype) == ((2, 2, 1), np.float32)
    np.testing.assert_allclose(image[..., 0], [[0, 0.2], [1 / 3, 1]], rtol=1e-6)


def test_colour_pictures_give_their_luma(tmp_path):
    blue_green_red = np.uint8([[[0, 0, 255], [0, 255, 0], [255, 0, 0], [51, 51, 51]]])
    cv2.imwrite(str(tmp_path / "colour.png"), blue_green_red)
    np.testing.assert_allclose(read_grey(tmp_path / "colour.png")[0, :, 0], [0.299, 0.587, 0.114, 0.2], rtol=1e-5)


PAIRS = [Path(folder) / f"{k}{suffix}" for folder, suffix in (("ir", ".png"), ("vis", ".jpg")) for k in range(10)]


STEMS = [path.stem for path in PAIRS]


def test_split_keeps_pairs_together_and_loses_nothing():
    training, validation = split_by_name(PAIRS, STEMS, 0.3, seed=0)
    assert sorted(training + validation) == sorted(PAIRS)
    assert len({path.stem for path in validation}) == 3
    assert not {path.stem for path in training} & {path.stem for path in validation}
    for part in (training, validation):
        assert part == [path for path in PAIRS if path in part]


def test_split_depends_on_names_and_seed_alone():
    assert split_by_name(PAIRS, STEMS, 0.3, seed=0) == split_by_name(PAIRS, STEMS, 0.3, seed=0)
    backwards = split_by_name(PAIRS[::-1], STEMS[::-1], 0.3, seed=0)
    assert backwards[1] == split_by_name(PAIRS, STEMS, 0.3, seed=0)[1][::-1]
    assert len({tuple(split_by_name(PAIRS, STEMS, 0.3, seed)[1]) for seed in range(5)}) > 1


def test_share_of_zero_holds_nothing_out():
    assert split_by_name(PAIRS, STEMS, 0, seed=0) == (PAIRS, [])
