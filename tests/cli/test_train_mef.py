"""`cscfuse train`, `patches` and `convert` for exposure brackets."""

import keras
import numpy as np
import pytest

from cscfuse_keras.io import read_picture, write_picture
from cscfuse_keras.samples import exposure_bracket

TINY = ["--units", 2, "--code-channels", 4, "--crop-size", 24, "--batch-size", 2, "--exposures", 2, "--epochs", 1]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenes")
    for seed in range(4):
        for k, exposure in enumerate(exposure_bracket(height=64, width=80, seed=seed)):
            write_picture(folder / str(seed) / f"{k}.png", np.rint(255 * exposure).astype("uint8"))
    return folder


def test_train_from_patches_then_fuse_with_the_result(cscfuse, scenes, tmp_path):
    file, run = tmp_path / "stacks.h5", tmp_path / "run"
    cut = cscfuse(
        "patches", "--task", "mef", "--data", scenes, "-o", file, "--size", 24, "--exposures", 2, "--copies", 1
    )
    assert cut.exit_code == 0, cut.output
    result = cscfuse(
        "train", "--task", "mef", "--data", file, "-o", run, *TINY, "--levels", 2, "--validation-share", 0.25
    )
    assert result.exit_code == 0, result.output
    fused = tmp_path / "fused.png"
    again = cscfuse("fuse", "--task", "mef", scenes / "0", "-o", fused, "--preset", run / "best.keras")
    assert again.exit_code == 0, again.output
    assert read_picture(fused).pixels.shape == (64, 80, 3)


def test_settings_of_another_task_are_refused(cscfuse, scenes, tmp_path):
    result = cscfuse("train", "--task", "mef", "--data", scenes, "-o", tmp_path / "run", "--base-gain", 2)
    assert result.exit_code == 2
    assert "--base-gain" in result.output
    assert not (tmp_path / "run").exists()


def test_converted_release_meets_the_golden_vectors(cscfuse, golden, numpy_of, tmp_path):
    torch = pytest.importorskip("torch")
    vectors = golden("05_mef_network")
    state = {key[6:]: torch.tensor(array) for key, array in vectors.items() if key.startswith("state.")}
    torch.save(state, tmp_path / "release.pth")
    output = tmp_path / "release.keras"
    result = cscfuse("convert", "--task", "mef", "--weights", tmp_path / "release.pth", "-o", output)
    assert result.exit_code == 0, result.output
    fusion = keras.saving.load_model(output, compile=False)
    fused = numpy_of(fusion(np.moveaxis(vectors["in.exposures"], 1, -1)))
    np.testing.assert_allclose(fused, vectors["out.fused_train"], atol=5 * 4e-7, rtol=0)
