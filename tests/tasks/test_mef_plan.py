import pytest

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.tasks.jobs import Job
from cscfuse_keras.tasks.mef_plan import plan


@pytest.fixture
def photos(tmp_path):
    """Folder of two scenes; planning looks at names only."""
    folder = tmp_path / "photos"
    for scene, suffix in (("room v1.2", "jpg"), ("window", "webp")):
        (folder / scene).mkdir(parents=True)
        for k in (1, 2, 10):
            (folder / scene / f"{k}.{suffix}").touch()
    return folder


def names(job):
    return [path.name for path in job.sources]


def test_pictures_are_one_scene(photos, tmp_path):
    sources = [photos / "room v1.2" / "2.jpg", photos / "room v1.2" / "1.jpg"]
    assert plan(sources, tmp_path / "x.png") == ([Job("2", tuple(sources), tmp_path / "x.png")], [])
    # Beside its source a result may not have the same name.
    assert plan(sources, photos / "room v1.2")[0][0].output == photos / "room v1.2" / "2-fused.jpg"
    assert plan(sources, tmp_path / "new")[0][0].output == tmp_path / "new" / "2-fused.jpg"


def test_a_folder_is_one_scene(photos, tmp_path, monkeypatch):
    [job], left_over = plan([photos / "room v1.2"], tmp_path)
    assert left_over == []
    assert names(job) == ["1.jpg", "2.jpg", "10.jpg"]
    assert job.output == tmp_path / "room v1.2.jpg"
    assert plan([photos / "window"], tmp_path / "new")[0][0].output == tmp_path / "new" / "window.png"
    assert plan([photos / "window"], tmp_path / "x.tif")[0][0].output == tmp_path / "x.tif"
    monkeypatch.chdir(photos / "window")
    assert plan([type(photos)(".")], tmp_path)[0][0].output == tmp_path / "window.png"


def test_a_batch_is_a_scene_a_folder(photos, tmp_path):
    (photos / "empty").mkdir()
    (photos / ".thumbnails").mkdir()
    jobs, left_over = plan([photos], tmp_path / "out", batch=True)
    assert [(job.name, job.output.name) for job in jobs] == [
        ("room v1.2", "room v1.2.jpg"),
        ("window", "window.png"),
    ]
    assert left_over == [(photos / "empty", "expected two or more exposures, found 0")]


def test_results_among_the_scenes_are_no_scene(photos):
    (photos / "fused").mkdir()
    for name in ("a.jpg", "b.jpg"):
        (photos / "fused" / name).touch()
    jobs, left_over = plan([photos], photos / "fused", batch=True)
    assert [job.name for job in jobs] == ["room v1.2", "window"]
    assert left_over == []


def test_other_files_are_named_and_hidden_ones_are_not(photos, tmp_path):
    for name in ("notes.txt", "1.xmp", ".DS_Store"):
        (photos / "window" / name).touch()
    with pytest.warns(UserWarning, match=r"window: left out what is no exposure: 1\.xmp, notes\.txt$"):
        [job], _ = plan([photos / "window"], tmp_path)
    assert names(job) == ["1.webp", "2.webp", "10.webp"]


def test_pictures_beside_the_scenes_are_named(photos, tmp_path):
    for k in range(7):
        (photos / f"{k}.jpg").touch()
    with pytest.warns(UserWarning, match=r"photos: left out what is no exposure: 0\.jpg, .*, 4\.jpg and 2 more$"):
        jobs, _ = plan([photos], tmp_path, batch=True)
    assert len(jobs) == 2


@pytest.mark.parametrize(
    ("sources", "output", "batch", "error", "words"),
    [
        (["missing"], "out", False, InputError, "missing: .* found nothing"),
        (["window/1.webp"], "out", False, UsageError, r"at least two exposures, found 1\.webp"),
        (["."], "out", False, InputError, "found 0; add --batch"),
        (["window", "room v1.2"], "out", False, UsageError, "add --batch"),
        (["window", "window/1.webp"], "out", False, UsageError, r"found window, 1\.webp"),
        (["window"], "out", True, InputError, "leave out --batch"),
        (["window", "room v1.2"], "out", True, UsageError, "--batch: expected one folder"),
        (["window/1.webp"], "out", True, UsageError, "--batch: expected one folder"),
        (["."], "out.png", True, UsageError, r"out\.png: expected a folder"),
    ],
)
def test_what_is_no_scene(photos, sources, output, batch, error, words):
    with pytest.raises(error, match=words):
        plan([photos / source for source in sources], photos / output, batch)
