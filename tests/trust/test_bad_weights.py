"""Weights of another task, or of a network of another width."""

import zipfile

import pytest

from cscfuse_keras.io import write_picture

TASKS = ("ivf", "mef", "msf")
OF_ANOTHER_TASK = {"ivf": "mef-lite", "mef": "ivf-lite", "msf": "mef-lite"}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """`.keras` files of small networks by task and width."""
    from cscfuse_keras.models import ivf, mef, msf

    folder = tmp_path_factory.mktemp("models")
    build = {
        "ivf": lambda width: ivf.build_fusion(ivf.IVFConfig(units=1, code_channels=width)),
        "mef": lambda width: mef.build_fusion(mef.MEFConfig(units=2, code_channels=width)),
        "msf": lambda width: msf.build_network(msf.MSFConfig(4, 1, units=2, code_channels=width)),
    }
    for task in TASKS:
        for width in (4, 8):
            build[task](width).save(folder / f"{task}-{width}.keras")
    return folder


def graft(settings, weights, path):
    """A `.keras` file of the settings of one and the weights of another."""
    with zipfile.ZipFile(settings) as one, zipfile.ZipFile(weights) as other, zipfile.ZipFile(path, "w") as file:
        for name in one.namelist():
            file.writestr(name, (other if name.endswith(".h5") else one).read(name))


@pytest.fixture
def command(partner, tmp_path, samples_of):
    def command(task, preset):
        write_picture(tmp_path / "a.png", samples_of(24, 32), overwrite=True)
        arguments = partner(task, tmp_path / "a.png")
        return [*arguments[: arguments.index("--preset")], "--preset", preset]

    return command


@pytest.mark.parametrize("task", TASKS)
def test_another_task(refused, command, models, tmp_path, task):
    """A shipped preset, a file, and a file whose settings do not tell."""
    other = OF_ANOTHER_TASK[task]
    told = [f"expected a preset for task {task}", f"found one for {other[:3]}"]
    refused(4, *command(task, other), words=[other, *told])
    refused(4, *command(task, models / f"{other[:3]}-4.keras"), words=[f"{other[:3]}-4.keras", *told])
    graft(models / f"{task}-4.keras", models / f"{other[:3]}-4.keras", tmp_path / "grafted.keras")
    refused(4, *command(task, tmp_path / "grafted.keras"), words=["grafted.keras", "expected"])


@pytest.mark.parametrize("task", TASKS)
def test_another_width(refused, command, models, tmp_path, task):
    graft(models / f"{task}-4.keras", models / f"{task}-8.keras", tmp_path / "grafted.keras")
    words = ["grafted.keras", "encoder_0/kernel of shape (3, 3, 1, 4)", "of shape (3, 3, 1, 8)"]
    refused(4, *command(task, tmp_path / "grafted.keras"), words=words)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "text", "cut"])
def test_no_weights(refused, command, models, tmp_path, task, kind):
    path = tmp_path / "weights.keras"
    content = (models / f"{task}-4.keras").read_bytes()
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes({"empty": b"", "text": b"no model", "cut": content[: len(content) // 2]}[kind])
    refused(2 if kind in ("missing", "folder") else 4, *command(task, path), words=["weights.keras", "expected"])


@pytest.mark.parametrize("task", TASKS)
def test_names_of_presets_with_typing_errors(refused, command, task):
    refused(2, *command(task, f"{task}-lit"), words=[f"'{task}-lit'", f"{task}-lite", "check the name"])


def test_the_release_of_another_task_or_width(refused, tmp_path):
    torch = pytest.importorskip("torch")
    command = "convert", "--task", "mef", "--weights", tmp_path / "release.pth", "-o", tmp_path / "out.keras"
    for name, shape, words in (
        ("main.0.conv2d.weight", (8, 1, 3, 3), ["expected shape", "'main.0.conv2d.weight'", "found (8, 1, 3, 3)"]),
        ("decoder.weight", (8, 1, 3, 3), ["expected parameter 'main.0.conv2d.weight'", "found none"]),
    ):
        torch.save({name: torch.zeros(shape)}, tmp_path / "release.pth")
        refused(4, *command, words=["release.pth", *words, "another"])


def test_a_start_from_another_network(refused, tmp_path, samples_of):
    """The first weight that differs is named, with both shapes."""
    for kind in ("infrared", "visible"):
        for k in range(3):
            write_picture(tmp_path / "pairs" / kind / f"{k}.png", samples_of(32, 32, seed=k))
            write_picture(tmp_path / "scenes" / kind / f"{k}.png", samples_of(32, 32, seed=k))
    common = (
        "-o",
        tmp_path / "run",
        "--code-channels",
        5,
        "--crop-size",
        16,
        "--batch-size",
        1,
        "--validation-share",
        0.5,
    )
    pairs = "--task", "ivf", "--variant", "pyramid", "--data", tmp_path / "pairs", "--start-from", "ivf-lite"
    scenes = "--task", "mef", "--data", tmp_path / "scenes", "--coder-from", "mef-lite"
    for option, arguments in (("start_from", pairs), ("coder_from", scenes)):
        line = refused(2, "train", *arguments, *common, words=[option, " of shape (", "), found ("])
        assert "start from nothing" in line


def test_a_run_resumed_with_another_width(refused, tmp_path, samples_of):
    for k in range(4):
        write_picture(tmp_path / "data" / f"{k}.png", samples_of(40, 40, seed=k))
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "settings.json").write_text('{"network": {"code_channels": 4}}')
    command = "train", "--task", "ivf", "--data", tmp_path / "data", "-o", tmp_path / "run", "--crop-size", 32
    words = ["network.code_channels: 4 -> 8", "resume with the same settings"]
    refused(2, *command, "--batch-size", 1, "--validation-share", 0.25, "--code-channels", 8, "--resume", words=words)
