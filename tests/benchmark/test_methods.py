import pytest

from cscfuse_keras.benchmark.methods import (
    METHODS,
    FolderMethod,
    OtherMethod,
    PresetMethod,
    _folder_hash,
    find_methods,
    source_hash,
)
from cscfuse_keras.errors import UsageError


def test_ours_are_presets(tmp_path):
    (tmp_path / "mine.keras").write_bytes(b"weights")
    found = find_methods("ivf", f"ours, ours-lite,ivf-paper,{tmp_path / 'mine.keras'}")
    assert all(isinstance(method, PresetMethod) for method in found)
    assert [method.preset for method in found] == ["ivf", "ivf-lite", "ivf-paper", str(tmp_path / "mine.keras")]
    assert [method.name for method in found[:3]] == ["ours", "ours-lite", "ivf-paper"]
    hashes = {method.identity["preset"] for method in found}
    assert len(hashes) == 4


def test_another_weights_file_is_another_method(tmp_path):
    file = tmp_path / "mine.keras"
    file.write_bytes(b"weights")
    (method,) = find_methods("ivf", str(file))
    before = method.identity
    file.write_bytes(b"better weights")
    assert method.identity != before


@pytest.mark.parametrize("task", METHODS)
def test_every_method_of_others_is_there_described_and_known_by_its_source(task):
    found = find_methods(task, ",".join(METHODS[task]))
    assert all(isinstance(method, OtherMethod) for method in found)
    assert len({method.name for method in found}) == len(METHODS[task])
    for method in found:
        assert len(method.description) > 20
        assert "Args" not in method.description
    assert len({method.identity["class"] for method in found}) == len(found)


def test_a_change_beside_a_method_makes_it_another(methods_file):
    module = methods_file("class Fuser: pass")
    before = source_hash(module.Fuser)
    assert before == source_hash(module.Fuser)
    methods_file("VALUE = 2")
    _folder_hash.cache_clear()
    assert source_hash(module.Fuser) != before


def test_a_folder_has_the_name_that_it_is_given(tmp_path):
    assert find_methods("mef", f"theirs={tmp_path}") == [FolderMethod("theirs", tmp_path)]


@pytest.mark.parametrize(
    ("task", "names", "found"),
    [
        ("ivf", "ours,mertens", "choose among ours, ours-lite, ours-paper, average"),
        ("mef", "ours-huge", "no method 'ours-huge'"),
        ("msf", "brovey,brovey", "Brovey twice"),
        ("ivf", "theirs=/no/such/folder", "no folder '/no/such/folder'"),
        ("ivf", "missing.keras", "found nothing"),
        ("ivf", " , ", "found none"),
    ],
)
def test_other_names_are_refused(task, names, found):
    with pytest.raises(UsageError, match=found):
        find_methods(task, names)
