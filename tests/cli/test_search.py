"""`cscfuse search` on tiny networks."""

import csv

import keras
import pytest

from cscfuse_keras.io import read_picture
from cscfuse_keras.models.presets import load_preset

TINY = [
    *("--code-channels", 2, "--decoder-channels", "2", "--crop-size", 16, "--epochs", 1, "--validation-share", 0.4),
]


@pytest.fixture(scope="module", autouse=True)
def eager():
    """Tracing a training step takes TensorFlow longer than these few steps take without."""
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory, draw_pictures):
    folder = tmp_path_factory.mktemp("pictures")
    for sensor in ("ir", "vis"):
        draw_pictures(folder / sensor, [f"{stem}.png" for stem in range(5)], (48, 64))
    return folder


def rows(folder):
    with (folder / "trials.csv").open() as file:
        return list(csv.DictReader(file))


def test_search_go_on_and_fuse_with_the_best(cscfuse, pictures, tmp_path):
    found = tmp_path / "found"
    command = ["search", "--task", "ivf", "--data", pictures, "-o", found, *TINY, "--score", "Qabf,EN"]
    grid = ["--grid", "units=1", "rule=average,l1_norm,sum", "--grid", "batch_size=2,99"]
    result = cscfuse(*command, "--trials", 2, *grid)
    assert result.exit_code in (0, 4), result.output
    assert len(rows(found)) == 2
    result = cscfuse(*command, *grid)
    assert result.exit_code == 4, result.output
    assert result.output.count("failed: trial") == 3
    table = rows(found)
    assert [row["state"] for row in table] == ["complete"] * 3 + ["failed"] * 3
    assert {row["batch_size"] for row in table[:3]} == {"2"}
    assert all("at least one batch of 99" in row["problem"] for row in table[3:])
    assert len({row["run"] for row in table}) == 2
    model = load_preset(found / "best.keras").model
    assert model.get_layer("merge_base").rule == model.get_layer("merge_detail").rule == table[0]["rule"]
    again = cscfuse(*command, *grid)
    assert "loss:" not in again.output
    assert rows(found) == table
    pair = [pictures / sensor / "0.png" for sensor in ("ir", "vis")]
    fused = tmp_path / "fused.png"
    done = cscfuse("fuse", "--task", "ivf", *pair, "-o", fused, "--preset", found / "best.keras")
    assert done.exit_code == 0, done.output
    assert read_picture(fused).pixels.shape == (48, 64)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--grid", "unit=1"], "did you mean 'units'"),
        ([], "--grid: expected settings to vary"),
        (["--grid", "units=1", "--units", 3], "--units and units=...: expected one of the two"),
        (["--grid", "activation=relu", "--base-activation", "relu"], "--base-activation and activation=..."),
        (["--grid", "units=1", "--score", "QABF"], "found 'QABF'"),
        (["--grid", "units=1..3"], "add --sampler tpe"),
        (["--grid", "seed=1,2"], "add --validation"),
        (["--grid", "levels=3"], "found 'levels'"),
        (["--grid", "units=1", "--levels", 3], "--levels: expected a setting of ivf"),
    ],
)
def test_what_cannot_be_searched_is_told_in_one_line(arguments, words, cscfuse, pictures, tmp_path):
    result = cscfuse("search", "--task", "ivf", "--data", pictures, "-o", tmp_path / "found", *arguments)
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert len(result.output.splitlines()) == 1
    assert not (tmp_path / "found").exists()


def test_where_every_trial_fails_no_model_is_written(cscfuse, pictures, tmp_path):
    found = tmp_path / "found"
    result = cscfuse("search", "--task", "ivf", "--data", pictures, "-o", found, *TINY, "--grid", "batch_size=99")
    assert result.exit_code == 4
    assert "expected a trial to succeed" in result.output
    assert "1 failed" in (found / "index.html").read_text()
    assert not (found / "best.keras").exists()
