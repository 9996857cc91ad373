import errno
import os

import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.paths import check_found, is_folder, safe_name


def test_folders(tmp_path):
    (tmp_path / "file").touch()
    assert is_folder(tmp_path)
    assert not is_folder(tmp_path / "file")
    assert not is_folder(tmp_path / ("n" * 300))


@pytest.mark.parametrize(
    ("name", "words"),
    [("none", "found nothing"), ("file/inside", "found nothing"), ("n" * 300, os.strerror(errno.ENAMETOOLONG))],
)
def test_what_is_not_there(tmp_path, name, words):
    (tmp_path / "file").touch()
    check_found(tmp_path / "file", "a picture")
    with pytest.raises(InputError, match=f"expected a picture, .*{words}"):
        check_found(tmp_path / name, "a picture")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a b/c.png", "a-b-c-png"), ("Über", "Uber"), ("日本", "unnamed"), ("../..", "unnamed"), ("x" * 50, "x" * 40)],
)
def test_safe_names(text, expected):
    assert safe_name(text) == expected
