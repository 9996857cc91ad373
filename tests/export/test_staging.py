import pytest

from cscfuse_keras.export.staging import staged


def test_everything_appears_on_success(tmp_path):
    folder = tmp_path / "a" / "b"
    with staged(folder) as partial:
        (partial / "file").write_text("new")
        (partial / "inner").mkdir()
        (partial / "inner" / "file").write_text("deep")
        assert not folder.exists()
    assert (folder / "file").read_text() == "new"
    assert (folder / "inner" / "file").read_text() == "deep"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_files_and_folders_are_replaced_and_others_kept(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "old").touch()
    (tmp_path / "file").write_text("old")
    (tmp_path / "other").touch()
    with staged(tmp_path) as partial:
        (partial / "file").write_text("new")
        (partial / "inner").mkdir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "inner", "other"]
    assert (tmp_path / "file").read_text() == "new"
    assert not list((tmp_path / "inner").iterdir())


def test_failure_leaves_nothing_not_even_the_folder(tmp_path):
    with pytest.raises(RuntimeError), staged(tmp_path / "new") as partial:
        (partial / "file").touch()
        raise RuntimeError
    assert not list(tmp_path.iterdir())
