import os
import signal
import subprocess
import sys

import pytest

from cscfuse_keras.io.atomic import replacing, write_bytes, write_text


def test_creates_the_folder_and_the_file(tmp_path):
    path = tmp_path / "new" / "folder" / "file.bin"
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_replaces_an_old_file(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("a much longer old text")
    write_text(path, "nëw")
    assert path.read_bytes() == "nëw".encode()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("problem", [ValueError, KeyboardInterrupt])
def test_failure_keeps_the_old_file_and_leaves_nothing_else(tmp_path, problem):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(problem), replacing(path) as partial:
        partial.write_text("half of the n")
        raise problem
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_old_file_is_there_until_the_end(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with replacing(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
        assert partial.parent.parent == path.parent
    assert path.read_text() == "new"


def test_the_partial_file_has_the_same_suffix(tmp_path):
    with replacing(tmp_path / "model.weights.h5") as partial:
        partial.touch()
        assert partial.name.endswith(".weights.h5")


@pytest.mark.skipif(os.name == "nt", reason="no umask")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_follow_the_umask(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        write_bytes(tmp_path / "file", b"")
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == mode


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_kill_in_the_middle_of_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    program = (
        "import os, signal, sys\n"
        "from cscfuse_keras.io.atomic import replacing\n"
        "with replacing(sys.argv[1]) as partial, partial.open('w') as file:\n"
        "    file.write('half of the n')\n"
        "    file.flush()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    write_text(path, "new")
    assert path.read_text() == "new"
