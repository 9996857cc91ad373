"""Shipped presets and preset files."""

import json
import shutil

import keras
import numpy as np
import pytest

from cscfuse_keras.errors import ModelError, UsageError
from cscfuse_keras.models import presets
from cscfuse_keras.models.ivf import IVFConfig, build_autoencoder, build_fusion

TINY = IVFConfig(units=2, code_channels=4, decoder_channels=(4,))


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A folder of presets with one tiny one."""
    keras.utils.set_random_seed(0)
    network = build_autoencoder(TINY)
    presets.save_preset(tmp_path / "tiny", "ivf", TINY, network)
    (tmp_path / "defaults.json").write_text(json.dumps({"ivf": "tiny"}))
    monkeypatch.setattr(presets, "presets_folder", lambda: tmp_path)
    return tmp_path, network


def fused(model):
    image = np.random.default_rng(0).random((1, 12, 13, 1), dtype="float32")
    return np.asarray(model.predict_on_batch({"infrared": image, "visible": image[:, ::-1]}))


def test_every_shipped_preset_has_weights_settings_and_a_card():
    folder = presets.presets_folder()
    for name in presets.preset_names():
        if (folder / name).is_dir():
            assert presets.load_preset(name).sha256
            card = (folder / name / "README.md").read_text()
            for heading in ("Data", "Training", "Scores", "Limits"):
                assert f"## {heading}" in card, (name, heading)


def test_weights_come_back(shipped):
    preset = presets.load_preset("ivf")
    assert preset.name == "tiny"
    np.testing.assert_array_equal(fused(preset.model), fused(build_fusion(TINY, shipped[1])))


def test_rules_and_gains_can_be_overridden(shipped, tmp_path):
    changed = presets.load_preset("tiny", base_rule="average", base_gain=1.0).model
    assert changed.get_layer("merge_base").rule == "average"
    file = tmp_path / "model.keras"
    presets.load_preset("tiny", detail_gain=3.0).model.save(file)
    from_file = presets.load_preset(file, base_rule="average", base_gain=1.0).model
    assert from_file.get_layer("merge_detail").gain == 3.0
    expected = presets.load_preset("tiny", base_rule="average", base_gain=1.0, detail_gain=3.0).model
    np.testing.assert_array_equal(fused(from_file), fused(expected))


def test_damaged_weights_are_refused(shipped):
    weights = shipped[0] / "tiny" / presets.WEIGHTS
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(bytes(content))
    with pytest.raises(ModelError, match="SHA-256"):
        presets.load_preset("tiny")


def test_wrong_names_and_files(shipped, tmp_path):
    with pytest.raises(UsageError, match="tiny"):
        presets.load_preset("tinny")
    with pytest.raises(UsageError, match="found nothing"):
        presets.load_preset(tmp_path / "missing.keras")
    shutil.copyfile(shipped[0] / "tiny" / presets.SETTINGS, tmp_path / "text.keras")
    with pytest.raises(ModelError, match=r"text\.keras"):
        presets.load_preset(tmp_path / "text.keras")
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(tmp_path / "other.keras")
    with pytest.raises(ModelError, match="fusion model"):
        presets.load_preset(tmp_path / "other.keras")
    with pytest.raises(ModelError, match="task mef"):
        presets.load_preset("tiny", task="mef")
