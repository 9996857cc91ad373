"""`cscfuse train` and `cscfuse patches` on tiny networks."""

import csv

import numpy as np
import pytest

from cscfuse_keras.io import read_picture, write_picture

TINY = ["--units", 2, "--code-channels", 4, "--decoder-channels", "4", "--crop-size", 32, "--batch-size", 4]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    generator = np.random.default_rng(0)
    for sensor in ("ir", "vis"):
        for stem in range(5):
            image = np.cumsum(generator.normal(size=(48, 64)), axis=1)
            image = 255 * (image - image.min()) / np.ptp(image)
            write_picture(folder / sensor / f"{stem}.png", np.rint(image).astype("uint8"))
    return folder


def rows(run):
    with (run / "history.csv").open() as file:
        return list(csv.DictReader(file))


def test_train_then_fuse_with_the_result(cscfuse, pictures, tmp_path):
    run = tmp_path / "run"
    result = cscfuse("train", "--task", "ivf", "--data", pictures, "-o", run, *TINY, "--epochs", 1, "--explain")
    assert result.exit_code == 0, result.output
    assert list((run / "tensorboard" / "units").iterdir())
    assert {path.name for path in run.iterdir()} >= {
        "best.keras",
        "history.csv",
        "loss.svg",
        "settings.json",
        "tensorboard",
    }
    again = cscfuse("train", "--task", "ivf", "--data", pictures, "-o", run, *TINY, "--epochs", 1)
    assert again.exit_code == 2
    assert "--resume" in again.output
    more = cscfuse("train", "--task", "ivf", "--data", pictures, "-o", run, *TINY, "--epochs", 2, "--resume")
    assert more.exit_code == 0, more.output
    assert [row["epoch"] for row in rows(run)] == ["1", "2"]
    pair = [next((pictures / sensor).iterdir()) for sensor in ("ir", "vis")]
    fused = tmp_path / "fused.png"
    assert cscfuse("fuse", "--task", "ivf", *pair, "-o", fused, "--preset", run / "best.keras").exit_code == 0
    assert read_picture(fused).pixels.shape == (48, 64)


def test_train_from_patches(cscfuse, pictures, tmp_path):
    file, run = tmp_path / "patches.h5", tmp_path / "run"
    cut = cscfuse("patches", "--task", "ivf", "--data", pictures, "-o", file, "--size", 32, "--copies", 2)
    assert cut.exit_code == 0, cut.output
    result = cscfuse("train", "--task", "ivf", "--data", file, "-o", run, *TINY, "--epochs", 1)
    assert result.exit_code == 0, result.output
    assert len(rows(run)) == 1


def test_config_file(cscfuse, pictures, tmp_path):
    config = tmp_path / "settings.toml"
    config.write_text("[network]\nunits = 2\ncode_chanels = 4\n")
    result = cscfuse("train", "--task", "ivf", "--data", pictures, "-o", tmp_path / "run", "--config", config)
    assert result.exit_code == 2
    assert "code_chanels" in result.output
    assert "'code_channels'" in result.output
    config.write_text("[network]\nunits = 'two'\n")
    result = cscfuse("train", "--task", "ivf", "--data", pictures, "-o", tmp_path / "run", "--config", config)
    assert result.exit_code == 2
    assert "units" in result.output
    assert not (tmp_path / "run").exists()


def test_options_win_over_the_config_file(cscfuse, pictures, tmp_path):
    config, run = tmp_path / "settings.toml", tmp_path / "run"
    config.write_text("[network]\nunits = 3\ncode_channels = 4\n[training]\nepochs = 1\nseed = 7\n")
    result = cscfuse("train", "--task", "ivf", "--data", pictures, "-o", run, "--config", config, *TINY)
    assert result.exit_code == 0, result.output
    settings = (run / "settings.json").read_text()
    assert '"units": 2' in settings
    assert '"seed": 7' in settings


def test_train_a_pyramid_from_pairs_and_fuse(cscfuse, pictures, tmp_path):
    file, run = tmp_path / "pairs.h5", tmp_path / "run"
    cut = cscfuse("patches", "--task", "ivf", "--pairs", "--data", pictures, "-o", file, "--size", 48, "--copies", 1)
    assert cut.exit_code == 0, cut.output
    assert "5 pairs x 1 patches" in cut.output
    tiny = ["--levels", 2, "--units", 1, "--code-channels", 4, "--crop-size", 48, "--batch-size", 2, "--epochs", 1]
    variant = ["train", "--task", "ivf", "--variant", "pyramid", "-o", run, "--validation-share", 0.2, *tiny]
    trained = cscfuse(*variant, "--data", file)
    assert trained.exit_code == 0, trained.output
    pair = [pictures / sensor / "0.png" for sensor in ("ir", "vis")]
    images = []
    for name, more in (("usual", []), ("soft", ["--gain", 0.5])):
        fused = tmp_path / f"{name}.png"
        result = cscfuse("fuse", "--task", "ivf", *pair, "-o", fused, "--preset", run / "best.keras", *more)
        assert result.exit_code == 0, result.output
        images.append(read_picture(fused).pixels.astype(float))
    assert images[1].std() < 0.8 * images[0].std()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--task", "mef", "--variant", "pyramid"],
            "--variant: expected one of paper, release for mef, found 'pyramid'",
        ),
        (["--task", "ivf", "--noise-weight", 1], "--noise-weight: expected a setting of"),
        (["--task", "ivf", "--variant", "pyramid", "--ssim-weight", 1], "--ssim-weight: expected a setting of"),
    ],
)
def test_settings_of_other_networks_are_refused(arguments, words, cscfuse, pictures, tmp_path):
    result = cscfuse("train", *arguments, "--data", pictures, "-o", tmp_path / "run")
    assert result.exit_code == 2
    assert words in result.output
