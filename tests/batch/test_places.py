"""Where results go."""

import pytest

from cscfuse_keras.batch.places import Folder, is_url, place_of
from cscfuse_keras.errors import EnvironmentProblem, UsageError


@pytest.fixture(params=["folder", "file", "memory"])
def place(request, tmp_path):
    if request.param == "folder":
        return place_of(str(tmp_path / "out"))
    pytest.importorskip("fsspec")
    return place_of(f"file://{tmp_path}/out" if request.param == "file" else f"memory://{tmp_path.name}")


def put(place, name, content):
    with place.receiving(name) as path:
        path.parent.mkdir(parents=True, exist_ok=True)
        # As all that fuses files does.
        path.with_name("partial").write_text(content)
        path.with_name("partial").replace(path)


def test_a_mark_tells_files_from_those_that_replace_them(place):
    assert place.mark("day/a.png") is place.listed("day/a.png") is None
    put(place, "day/a.png", "first")
    first = place.mark("day/a.png")
    assert first is not None
    assert place.mark("day/a.png") == place.listed("day/a.png") == first
    assert place.mark("day/b.png") is None
    put(place, "day/a.png", "other")
    assert place.mark("day/a.png") not in (None, first)


def test_what_fails_leaves_nothing(place):
    with pytest.raises(RuntimeError), place.receiving("a.png") as path:
        path.parent.mkdir(parents=True, exist_ok=True)
        raise RuntimeError
    assert place.mark("a.png") is None


def test_an_upload_is_renamed_into_place(tmp_path):
    pytest.importorskip("fsspec")
    place = place_of(f"file://{tmp_path}/out")
    put(place, "a.png", "content")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.png"]
    assert (tmp_path / "out" / "a.png").read_text() == "content"


def test_places_that_cannot_be(tmp_path):
    pytest.importorskip("fsspec")
    assert is_url("s3://bucket/x")
    assert isinstance(place_of(str(tmp_path)), Folder)
    with pytest.raises(UsageError, match="nowhere"):
        place_of("nowhere://x")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="found a file"):
        place_of(str(tmp_path / "file"))
    place = place_of(f"file://{tmp_path}/file")
    with pytest.raises(EnvironmentProblem, match="expected a store that takes files"):
        put(place, "a.png", "content")
