import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest

from cscfuse_keras.errors import EnvironmentProblem, ModelError, UsageError
from cscfuse_keras.export import export as exporting
from cscfuse_keras.export.export import Export, export
from cscfuse_keras.export.formats import FORMATS
from cscfuse_keras.models.presets import file_hash

SERVED = """
import sys
import numpy as np
import tensorflow as tf
images = dict(np.load(sys.argv[2]))
serve = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
np.save(sys.argv[3], serve(**{name: tf.constant(image) for name, image in images.items()})["fused"])
assert "cscfuse_keras" not in sys.modules
"""


@pytest.fixture(autouse=True)
def small_scenes(monkeypatch):
    monkeypatch.setattr(exporting, "_SIZES", ((80, 96), (65, 83)))


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_computes_what_keras_does(name, msf_model, tmp_path):
    lines = []
    (report,) = export("msf", str(msf_model), Export([name]), tmp_path / "out", tell=lines.append)
    assert len(report.differences) == 2
    assert max(each.largest for each in report.differences) < 1e-5
    assert (tmp_path / "out" / report.artefact).exists()
    assert len(lines) == 1
    assert str(tmp_path / "out" / report.artefact) in lines[0]


def test_the_report_tells_what_a_caller_needs(mef_model, tmp_path):
    export("mef", str(mef_model), Export(["tflite"]), tmp_path, tell=lambda line: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["random.tflite", "random.tflite.json"]
    report = json.loads((tmp_path / "random.tflite.json").read_text())
    assert report["preset"]["sha256"] == file_hash(mef_model)
    assert report["bytes"] == (tmp_path / "random.tflite").stat().st_size
    (exposures,) = report["signature"]["inputs"]
    assert exposures["name"] == "exposures"
    assert exposures["shape"] == [1, None, None, None, 3]
    assert exposures["range"] == [0, 1]
    assert "RGB" in exposures["channels"]
    assert [each["name"] for each in report["signature"]["outputs"]] == ["fused"]
    assert [(each["height"], each["width"]) for each in report["parity"]["scenes"]] == [(80, 96), (65, 83)]
    assert report["operators"]["CONV_2D"] > 1
    assert not [name for name in report["operators"] if "FLEX" in name.upper() or "CUSTOM" in name.upper()]
    assert {"cscfuse-keras", "keras", "tensorflow", "ai-edge-litert"} <= set(report["versions"])


def test_a_fixed_size_and_number(mef_model, tmp_path):
    wanted = Export(["tflite"], size=(64, 72), exposures=2)
    (report,) = export("mef", str(mef_model), wanted, tmp_path, tell=lambda line: None)
    assert report.artefact == "random-2-exposures-64x72.tflite"
    assert report.graph.inputs == {"exposures": (1, 2, 64, 72, 3)}
    assert [(each.height, each.width) for each in report.differences] == [(64, 72)] * 2


def test_the_saved_model_needs_tensorflow_alone(mef_model, tmp_path, random_images):
    from cscfuse_keras.export.saved_model import runner

    export("mef", str(mef_model), Export(["saved_model"]), tmp_path, tell=lambda line: None)
    images = {"exposures": random_images(1, 3, 40, 30, 3)}
    np.savez(tmp_path / "images.npz", **images)
    arguments = [tmp_path / "random", tmp_path / "images.npz", tmp_path / "fused.npy"]
    subprocess.run([sys.executable, "-c", SERVED, *arguments], check=True, cwd=tmp_path, timeout=120)
    np.testing.assert_array_equal(np.load(tmp_path / "fused.npy"), runner(tmp_path / "random")(images))


def test_quantised_files(mef_model, tmp_path, draw_pictures):
    for k in range(2):
        draw_pictures(tmp_path / "scenes" / str(k), ["1.png", "2.png"], (64, 80))
    wanted = Export(["tflite"], ["float16", "weights", "dynamic", "int8"], calibration=tmp_path / "scenes")
    reports = export("mef", str(mef_model), wanted, tmp_path / "out", tell=lambda line: None)
    for report, least in zip(reports, (80, 55, 45, 38), strict=True):
        assert report.artefact == f"random-{report.quantization}.tflite"
        assert least <= min(each.psnr for each in report.differences) < 120
        stored = json.loads((tmp_path / "out" / f"{report.artefact}.json").read_text())
        assert stored["parity"]["threshold"] == {"psnr": least}
        assert stored["parity"]["scenes"][0]["psnr"] >= least


def test_a_missed_threshold_leaves_nothing_behind(mef_model, tmp_path, monkeypatch):
    graph_for = exporting.graph_for

    def wrong(*arguments):
        graph = graph_for(*arguments)
        return dataclasses.replace(graph, function=lambda exposures: graph.function(exposures=exposures) + 2e-4)

    monkeypatch.setattr(exporting, "graph_for", wrong)
    with pytest.raises(ModelError, match=r"random.*0\.0001"):
        export("mef", str(mef_model), Export(), tmp_path / "out", tell=lambda line: None)
    assert not list(tmp_path.iterdir())


def test_a_file_that_does_not_run_is_told_of(mef_model, tmp_path, monkeypatch):
    from cscfuse_keras.export import saved_model

    def runner(path):
        raise RuntimeError("no such operator\nmore")

    monkeypatch.setattr(saved_model, "runner", runner)
    with pytest.raises(ModelError, match=r"random: .*no such operator;"):
        export("mef", str(mef_model), Export(["saved_model"]), tmp_path / "out", tell=lambda line: None)
    assert not list(tmp_path.iterdir())


def test_what_exists_is_kept_unless_told(mef_model, tmp_path):
    wanted = Export(["saved_model"])
    (tmp_path / "random.json").write_text("mine")
    with pytest.raises(UsageError, match="--overwrite"):
        export("mef", str(mef_model), wanted, tmp_path)
    assert (tmp_path / "random.json").read_text() == "mine"
    export("mef", str(mef_model), wanted, tmp_path, overwrite=True, tell=lambda line: None)
    export("mef", str(mef_model), wanted, tmp_path, overwrite=True, tell=lambda line: None)
    assert "mine" not in (tmp_path / "random.json").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["random", "random.json"]


def test_a_folder_that_is_no_export_is_never_replaced(mef_model, tmp_path):
    (tmp_path / "random").mkdir()
    (tmp_path / "random" / "photographs").touch()
    with pytest.raises(UsageError, match="something else"):
        export("mef", str(mef_model), Export(["saved_model"]), tmp_path, overwrite=True)
    assert (tmp_path / "random" / "photographs").exists()


def test_sizes_must_fit_the_scale(msf_model, tmp_path):
    with pytest.raises(UsageError, match="multiples of 2"):
        export("msf", str(msf_model), Export(["tflite"], size=(65, 80)), tmp_path)


def test_missing_packages_are_named(monkeypatch):
    find_spec = exporting.importlib.util.find_spec
    missing = {"tf2onnx", "ai_edge_quantizer"}
    monkeypatch.setattr(
        exporting.importlib.util, "find_spec", lambda name: None if name in missing else find_spec(name)
    )
    with pytest.raises(EnvironmentProblem, match=r"ai-edge-quantizer tf2onnx.*cscfuse-keras\[export\]"):
        Export(["onnx", "tflite"], ["none", "weights"]).check()
    Export(["tflite"]).check()
