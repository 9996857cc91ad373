import hashlib

import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.model_files import read_model_file


def test_content_and_name(tmp_path):
    path = tmp_path / "allmodel"
    path.write_bytes(b"SV\n")
    file = read_model_file(path, "a model", largest=3)
    assert file.content == b"SV\n"
    assert file.name == f"allmodel (SHA-256 {hashlib.sha256(b'SV' + bytes([10])).hexdigest()[:8]})"


def test_refuses_what_is_no_file_or_too_large(tmp_path):
    path = tmp_path / "big"
    path.write_bytes(b"1234")
    with pytest.raises(InputError, match="big': expected a model, found more than 3 bytes"):
        read_model_file(path, "a model", largest=3)
    with pytest.raises(InputError, match="missing': expected a model, found no such file"):
        read_model_file(tmp_path / "missing", "a model", largest=3)
    with pytest.raises(InputError, match="expected a model, found a folder or device"):
        read_model_file(tmp_path, "a model", largest=3)
