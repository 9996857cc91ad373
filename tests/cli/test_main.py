"""The command line as a program of its own."""

import subprocess
import sys

import pytest

from cscfuse_keras.cli import COMMANDS


def run(*arguments):
    command = [sys.executable, "-m", "cscfuse_keras", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


LIST_HELP = """
import sys
from cscfuse_keras.cli import main
try:
    main(["--help"])
finally:
    assert not {"keras", "tensorflow", "jax", "torch"} & set(sys.modules)
"""


def test_help_names_every_command_and_loads_no_backend():
    shown = subprocess.run([sys.executable, "-c", LIST_HELP], capture_output=True, text=True, timeout=60, check=True)
    assert all(name in shown.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help(cscfuse, name):
    result = cscfuse(name, "--help")
    assert result.exit_code == 0, result.output
    assert "Usage" in result.output


def test_unknown_command_and_option_are_usage_errors(cscfuse):
    assert cscfuse("fuze").exit_code == 2
    assert cscfuse("fuse", "--taks", "ivf").exit_code == 2


def test_errors_go_to_standard_error_without_noise():
    done = run("fuse", "--task", "ivf", "no\nsuch.png", "b.png", "-o", "x.png")
    assert done.returncode == 3
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("error: ")


def test_samples_draws_pairs(cscfuse, tmp_path):
    result = cscfuse("samples", "--task", "ivf", "-o", tmp_path, "--count", 1)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "infrared" / "road_0.png").exists()
    assert (tmp_path / "visible" / "road_0.png").exists()


def test_presets_lists_the_default(cscfuse):
    assert "ivf-paper: task ivf" in cscfuse("presets").output


def test_commands_that_load_keras_print_nothing_of_its_libraries():
    done = run("presets")
    assert done.returncode == 0
    assert done.stderr == ""
