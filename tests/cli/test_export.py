"""`cscfuse export` as a user meets it."""

import json

import pytest

from cscfuse_keras.export import export as exporting


@pytest.fixture(autouse=True)
def small_scenes(monkeypatch):
    monkeypatch.setattr(exporting, "_SIZES", ((80, 96), (65, 83)))


def test_defaults_write_a_saved_model_and_a_tflite_file(cscfuse, msf_model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = cscfuse("export", "--task", "msf", "--preset", msf_model)
    assert result.exit_code == 0, result.output
    files = ["random", "random.json", "random.tflite", "random.tflite.json"]
    assert sorted(path.name for path in (tmp_path / "random").iterdir()) == files
    assert all("kB, from Keras at most" in line for line in result.stdout.splitlines())
    assert len(result.stdout.splitlines()) == 2
    assert cscfuse("verify", "random").exit_code == 0
    (tmp_path / "random" / "random.tflite").write_bytes(b"other")
    assert cscfuse("verify", "random").exit_code == 4


def test_formats_are_given_once_or_several_times(cscfuse, mef_model, tmp_path):
    arguments = ["--format", "onnx,tflite", "--format", "tflite", "-o", tmp_path, "--size", "64x80"]
    result = cscfuse("export", "--task", "mef", "--preset", mef_model, *arguments)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in tmp_path.glob("*.json")) == [
        "random-64x80.onnx.json",
        "random-64x80.tflite.json",
    ]
    assert json.loads((tmp_path / "random-64x80.onnx.json").read_text())["operators"]["Conv"] > 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--format", "tfilte"], "tfilte"),
        (["--quantize", "int8"], "--calibration"),
        (["--quantize", "weights", "--format", "onnx"], "tflite"),
        (["--quantize", "weights", "--format", "onnx,tflite"], "add none"),
        (["--calibration", "."], "--quantize int8"),
        (["--size", "640"], "480x640"),
        (["--size", "32x32"], "64"),
        (["--exposures", "3"], "--task mef"),
    ],
)
def test_usage_errors(cscfuse, msf_model, tmp_path, arguments, told):
    result = cscfuse("export", "--task", "msf", "--preset", msf_model, "-o", tmp_path / "out", *arguments)
    assert result.exit_code == 2, result.output
    assert told in result.output
    assert not (tmp_path / "out").exists()


def test_a_preset_of_another_task_is_refused(cscfuse, mef_model, tmp_path):
    result = cscfuse("export", "--task", "ivf", "--preset", mef_model, "-o", tmp_path / "out")
    assert result.exit_code == 4
    assert not (tmp_path / "out").exists()
