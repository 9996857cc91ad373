import click
import pytest
from click.testing import CliRunner

from cscfuse_keras.cli.task_options import check_required, given_options, task_options
from cscfuse_keras.errors import UsageError

TASKS = {
    "first": {"scale": click.option("--scale", type=float, help="first: factor.")},
    "second": {"turn_left": click.option("--turn-left/--no-turn-left", default=None, help="second: turn.")},
}


def test_options_of_all_tasks_in_their_order():
    @click.command()
    @task_options(TASKS)
    def command(**options):
        click.echo(options)

    shown = CliRunner().invoke(command, ["--help"]).output
    assert shown.index("--scale") < shown.index("--turn-left")
    assert CliRunner().invoke(command, ["--no-turn-left"]).output == "{'turn_left': False, 'scale': None}\n"


def test_only_what_was_given_is_passed_on():
    assert given_options(TASKS, "second", {"scale": None, "turn_left": False}) == {"turn_left": False}


def test_options_of_another_task_are_refused():
    with pytest.raises(UsageError, match="--turn-left: expected with --task second, found with --task first"):
        given_options(TASKS, "first", {"scale": 1.0, "turn_left": False})


def test_required_options():
    check_required("first", ["scale"], {"scale": 0.0})
    with pytest.raises(UsageError, match="--task second: expected --turn-left and --scale, found none"):
        check_required("second", ["turn_left", "scale"], {})


def test_an_option_that_tasks_share_is_added_once():
    shared = {**TASKS, "third": TASKS["first"]}

    @click.command()
    @task_options(shared)
    def command(**options):
        click.echo(given_options(shared, "third", options))

    assert CliRunner().invoke(command, ["--help"]).output.count("--scale") == 1
    assert CliRunner().invoke(command, ["--scale", "2"]).output == "{'scale': 2.0}\n"
