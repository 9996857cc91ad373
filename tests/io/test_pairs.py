import os
import sys

import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.io import list_pictures, pair_by_stem
from cscfuse_keras.io.pairs import pair_folders


@pytest.fixture
def make_folder(tmp_path):
    def make(name, *files):
        folder = tmp_path / name
        folder.mkdir()
        for file in files:
            (folder / file).touch()
        return folder

    return make


def names(paths):
    return [path.name for path in paths]


def test_lists_pictures_in_natural_order(make_folder):
    folder = make_folder("f", "a10.png", "a2.png", "B1.jpg", "a1.TIF", "10.bmp", "9.jpeg", "c.webp", "d.tiff")
    expected = ["9.jpeg", "10.bmp", "a1.TIF", "a2.png", "a10.png", "B1.jpg", "c.webp", "d.tiff"]
    assert names(list_pictures(folder)) == expected


def test_leaves_out_hidden_files_folders_and_other_suffixes(make_folder):
    folder = make_folder("f", "a.png", ".b.png", "._a.png", "notes.txt", "png", ".png")
    (folder / "folder.png").mkdir()
    assert list_pictures(str(folder)) == [folder / "a.png"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_lists_strange_names(make_folder):
    strange = ["a b.png", "new\nline.png", os.fsdecode(b"caf\xe9.png"), "²3.png"]
    assert set(names(list_pictures(make_folder("f", *strange)))) == set(strange)


def test_names_the_folder_that_is_missing(tmp_path):
    with pytest.raises(InputError, match=r"none'.*No such file"):
        list_pictures(tmp_path / "none")
    (tmp_path / "file.png").touch()
    with pytest.raises(InputError, match=r"file\.png'.*Not a directory"):
        list_pictures(tmp_path / "file.png")


def test_pairs_across_suffixes_in_natural_order(make_folder):
    first = make_folder("ir", "10.png", "2.png", "a.b.png")
    second = make_folder("vis", "2.jpg", "10.tif", "a.b.png")
    pairs, unmatched = pair_by_stem(first, second)
    assert pairs == [
        ("2", first / "2.png", second / "2.jpg"),
        ("10", first / "10.png", second / "10.tif"),
        ("a.b", first / "a.b.png", second / "a.b.png"),
    ]
    assert unmatched == []


def test_says_which_partner_is_missing(make_folder):
    first, second = make_folder("ir", "1.png", "2.png"), make_folder("vis", "2.png", "3.png")
    pairs, unmatched = pair_by_stem(first, second)
    assert [stem for stem, *_ in pairs] == ["2"]
    assert unmatched == [
        (first / "1.png", f"{str(second)!r} holds no picture named '1'"),
        (second / "3.png", f"{str(first)!r} holds no picture named '3'"),
    ]


def test_a_stem_held_twice_is_ambiguous(make_folder):
    first, second = make_folder("ir", "a.png", "a.jpg", "b.png"), make_folder("vis", "a.png", "b.png")
    pairs, unmatched = pair_by_stem(first, second)
    assert [stem for stem, *_ in pairs] == ["b"]
    reason = f"ambiguous: {str(first)!r} holds 'a.jpg' and 'a.png'"
    assert unmatched == [(first / "a.jpg", reason), (first / "a.png", reason), (second / "a.png", reason)]


def test_reasons_stay_on_one_line(make_folder):
    _, unmatched = pair_by_stem(make_folder("i\nr", "a\nb.png"), make_folder("vis"))
    assert "\n" not in unmatched[0][1]


def test_the_folders_of_pairs_go_by_either_name(tmp_path):
    for names in (("ir", "vis"), ("infrared", "visible")):
        for name in names:
            (tmp_path / name).mkdir()
        assert pair_folders(tmp_path) == (tmp_path / names[0], tmp_path / names[1])
    (tmp_path / "visible").rmdir()
    (tmp_path / "ir").rmdir()
    with pytest.raises(InputError, match="infrared and visible or ir and vis"):
        pair_folders(tmp_path)
