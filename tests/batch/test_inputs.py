"""Whether inputs are those that they were."""

import os

import pytest

from cscfuse_keras.batch.inputs import content_hash, stamp
from cscfuse_keras.errors import InputError


def test_the_hash_is_of_contents_in_their_order(tmp_path):
    a, b, c = (tmp_path / name for name in "abc")
    a.write_text("1")
    b.write_text("2")
    c.write_text("1")
    assert content_hash((a, b)) == content_hash((c, b))
    assert content_hash((a, b)) != content_hash((b, a))
    with pytest.raises(InputError, match="none"):
        content_hash((a, tmp_path / "none"))


def test_a_folder_counts_by_its_files(tmp_path):
    (tmp_path / "bands").mkdir()
    (tmp_path / "bands" / "ms_01.png").write_text("1")
    before = content_hash((tmp_path / "bands",)), stamp((tmp_path / "bands",))
    (tmp_path / "bands" / "ms_02.png").write_text("2")
    after = content_hash((tmp_path / "bands",)), stamp((tmp_path / "bands",))
    assert all(x != y for x, y in zip(before, after, strict=True))


def test_arrays_of_one_file_differ(tmp_path):
    (tmp_path / "a.h5").write_text("1")
    names = [tmp_path / "a.h5:low", tmp_path / "a.h5:guide"]
    assert content_hash(names[:1]) != content_hash(names[1:])
    assert stamp(names[:1]) == stamp([tmp_path / "a.h5"])


def test_a_stamp_changes_with_size_or_time(tmp_path):
    (tmp_path / "a").write_text("1")
    first = stamp((tmp_path / "a",))
    assert stamp((tmp_path / "a",)) == first
    os.utime(tmp_path / "a", ns=(0, 5))
    assert stamp((tmp_path / "a",)) != first
    assert stamp((tmp_path / "none",)) == "[null]"
