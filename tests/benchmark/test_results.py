import pytest

from cscfuse_keras.benchmark.results import Results, hash_of, key_of
from cscfuse_keras.errors import InputError


def test_what_is_kept_comes_back_for_its_key_only(tmp_path):
    results = Results(tmp_path, ".png")
    results.keep("ours", "a", {"key": "1", "seconds": 0.5})
    assert results.known("ours", "a", "1")["seconds"] == 0.5
    assert results.known("ours", "a", "2") == {"key": "2"}
    assert results.known("theirs", "a", "1") == {"key": "1"}


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"seconds": 1}'])
def test_a_damaged_file_counts_for_nothing(tmp_path, content):
    results = Results(tmp_path, ".png")
    results.keep("ours", "a", {"key": "1", "seconds": 0.5})
    results.path("ours", "a").with_suffix(".json").write_text(content)
    assert results.known("ours", "a", "1") == {"key": "1"}


@pytest.mark.parametrize("name", ["../../x", "日本", "a/b", "\udcff", "x" * 400, "a.b"])
def test_any_name_gives_a_file_of_its_own_inside(tmp_path, name):
    results = Results(tmp_path, ".png")
    path = results.path(name, name)
    assert path.parent.parent == tmp_path
    assert path.suffix == ".png"
    assert path != results.path(name, name + "2")
    results.keep(name, name, {"key": "1"})
    assert results.known(name, name, "1")["item"] == name


def test_the_hash_tells_contents_and_their_order(tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    first.write_bytes(b"one")
    second.write_bytes(b"two")
    before = hash_of([first, second])
    assert before != hash_of([second, first])
    second.write_bytes(b"twO")
    assert before != hash_of([first, second])
    with pytest.raises(InputError, match="missing"):
        hash_of([tmp_path / "missing"])


def test_the_key_does_not_depend_on_the_order_of_names():
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1}) != key_of({"a": 2, "b": 1})
