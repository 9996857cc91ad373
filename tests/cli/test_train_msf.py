"""`cscfuse train`, `patches` and `convert` for multi-spectral images."""

import keras
import numpy as np
import pytest
import scipy.io

TINY = [
    *("--task", "msf", "--bands", 2, "--guide-channels", 1, "--units", 2, "--code-channels", 4),
    *("--epochs", 1, "--steps-per-epoch", 1, "--batch-size", 2, "--patch-size", 16),
]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenes")
    for seed in range(3):
        generator = np.random.default_rng(seed)
        bands = generator.integers(0, 2048, (24, 24, 2)).astype("uint16")
        guide = generator.integers(0, 2048, (48, 48)).astype("uint16")
        scipy.io.savemat(folder / f"{seed}.mat", {"MS": bands, "PAN": guide})
    return folder


NAMES = ["--bands-name", "MS", "--guide-name", "PAN"]


def test_train_from_scenes_judged_by_others(cscfuse, scenes, tmp_path):
    sources = ["--data", scenes / "0.mat", "--data", scenes / "1.mat", "--validation", scenes / "2.mat"]
    scales = ["--bands-full-scale", "2047,4095,2047", "--guide-full-scale", 2047]
    result = cscfuse("train", *sources, "-o", tmp_path, *TINY, *NAMES, *scales)
    assert result.exit_code == 0, result.output
    model = keras.saving.load_model(tmp_path / "best.keras", compile=False)
    assert model.input["low_resolution"].shape[-1] == 2


def test_train_from_patches(cscfuse, scenes, tmp_path):
    file = tmp_path / "patches.h5"
    cut = cscfuse("patches", "--task", "msf", "--data", scenes, "-o", file, "--size", 16, "--stride", 8, *NAMES)
    assert cut.exit_code == 0, cut.output
    assert "3 scenes, 48 patches" in cut.output.replace("\n", "")
    again = cscfuse("patches", "--task", "msf", "--data", scenes, "-o", file, *NAMES)
    assert again.exit_code == 2
    result = cscfuse("train", "--data", file, "-o", tmp_path / "run", *TINY, "--validation-share", 0.34)
    assert result.exit_code == 0, result.output


def test_options_of_other_tasks_are_refused(cscfuse, scenes, tmp_path):
    output = ["-o", tmp_path / "x.h5"]
    for task, option in (("msf", "--copies"), ("ivf", "--exposures"), ("mef", "--scale")):
        result = cscfuse("patches", "--task", task, "--data", scenes, *output, option, 2)
        assert result.exit_code == 2
        assert f"{option}: expected with --task" in result.output
    result = cscfuse("train", "--task", "mef", "--data", scenes, "--validation", scenes, "-o", tmp_path / "run")
    assert result.exit_code == 2
    assert "--validation: expected with --task msf" in result.output.replace("\n", " ")


def test_converted_release_meets_the_golden_vectors(cscfuse, golden, numpy_of, tmp_path):
    torch = pytest.importorskip("torch")
    vectors = golden("07_msf_modela_square")
    state = {key[6:]: torch.tensor(array) for key, array in vectors.items() if key.startswith("state.")}
    torch.save(state, tmp_path / "release.pth")
    output = tmp_path / "release.keras"
    result = cscfuse("convert", "--task", "msf", "--weights", tmp_path / "release.pth", "-o", output)
    assert result.exit_code == 0, result.output
    fused = numpy_of(
        keras.saving.load_model(output, compile=False)(
            {"low_resolution": vectors["in.lr"], "guide": vectors["in.guide"]}
        )
    )
    np.testing.assert_allclose(fused[..., :4], vectors["out.hr_bands0to3_evaluated_in_float64"], atol=1e-5, rtol=0)


def test_other_weights_are_refused(cscfuse, golden, tmp_path):
    torch = pytest.importorskip("torch")
    vectors = golden("05_mef_network")
    torch.save({key[6:]: torch.tensor(array) for key, array in vectors.items() if key[:6] == "state."}, tmp_path / "w")
    result = cscfuse("convert", "--task", "msf", "--weights", tmp_path / "w", "-o", tmp_path / "x.keras")
    assert result.exit_code == 4
    assert "backbone_guide.conv0.weight" in result.output
