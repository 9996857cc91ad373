"""Config files with typing errors or wrong values, and options that are not there."""

import pytest

from cscfuse_keras.io import write_picture

TASKS = ("ivf", "mef", "msf")


@pytest.fixture
def train(refused, tmp_path, samples_of):
    """Try to train with a config file; gives the line of error."""

    def train(task, text, code=2, options=(), words=()):
        write_picture(tmp_path / "data" / "scene" / "a.png", samples_of(24, 32), overwrite=True)
        config = tmp_path / "config.toml"
        if isinstance(text, bytes):
            config.write_bytes(text)
        elif text is not None:
            config.write_text(text)
        command = "train", "--task", task, "--data", tmp_path / "data", "-o", tmp_path / "run", "--config", config
        return refused(code, *command, *options, words=words)

    return train


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[training]\nepoch = 3", ["config.toml [training]", "found 'epoch'", "did you mean 'epochs'?"]),
        ("[network]\nunit = 3", ["config.toml [network]", "found 'unit'", "did you mean 'units'?"]),
        ("[training]\nepochs = 'three'", ["config.toml [training]: epochs", "of type int", "'three' (str)"]),
        ("[training]\nepochs = 2.5", ["config.toml [training]: epochs", "of type int", "2.5 (float)"]),
        ("[training]\nepochs = true", ["config.toml [training]: epochs", "of type int", "True (bool)"]),
        (
            "[training]\nlearning_rate = 'fast'",
            ["config.toml [training]: learning_rate", "of type float", "'fast' (str)"],
        ),
        ("[trainning]\nepochs = 3", ["config.toml", "found 'trainning'", "did you mean 'training'?"]),
        ("training = 3", ["config.toml", "expected a section [training]", "training = 3"]),
        ("[training]\nqqq = 3", ["config.toml [training]", "found 'qqq'", "valid settings are", "epochs"]),
    ],
)
def test_typing_errors_and_wrong_types(train, task, text, words):
    train(task, text, words=words)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    "text", ["[training\nepochs = 3", "epochs: 3", b"\xff\xfe\0", None, "[training]\nepochs = 1\nepochs = 2"]
)
def test_no_config_file(train, task, text):
    train(task, text, code=3, words=["config.toml", "expected a TOML file", "correct it"])


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    ("setting", "value"),
    [("epochs", 0), ("epochs", -1), ("learning_rate", -0.1), ("learning_rate", "nan"), ("batch_size", 0)],
)
def test_values_that_make_no_sense(train, task, setting, value):
    line = train(task, f"[training]\n{setting} = {value}", words=[setting])
    assert "expected" in line or "must be" in line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fuse", "--taks", "ivf"], ["--taks", "--task"]),
        (["fuse", "--task", "ifv"], ["--task", "ifv", "ivf", "mef", "msf"]),
        (["fuse", "--task", "ivf", "a.png", "b.png"], ["--output"]),
        (["fuse", "--task", "ivf", "-o", "x.png"], ["SOURCES"]),
        (["fuse", "--task", "ivf", "a.png", "b.png", "-o", "x.png", "--threads", "many"], ["--threads", "many"]),
        (["fuze"], ["fuze"]),
    ],
)
def test_options_with_typing_errors(refused, arguments, words):
    refused(2, *arguments, words=[*words, "--help"])


def test_no_arguments_are_answered_by_help(run):
    assert any("Usage" in line for line in [*run().output, *run().errors])
