"""Workers on this machine, and what they survive."""

import dataclasses
import importlib
import signal
import subprocess
import sys
import time

import pytest

from cscfuse_keras.batch.living import wait_for_workers
from cscfuse_keras.batch.local import run_local
from cscfuse_keras.batch.work import DONE, FAILED, Fusing, Item
from cscfuse_keras.batch.worker_process import MOST_ATTEMPTS
from cscfuse_keras.errors import EnvironmentProblem, InputError


@pytest.fixture
def items(tmp_path):
    """Items whose only source says what is to happen."""

    def make(*sayings):
        made = []
        for number, saying in enumerate(sayings):
            source = tmp_path / f"{number}.txt"
            source.write_text(saying)
            made.append(Item(number, (str(source),), f"{number}.png", None))
        return made

    return make


def calls(tmp_path):
    return {path.stem: path.read_text().count("called") for path in (tmp_path / "calls").iterdir()}


def test_a_worker_that_dies_is_replaced_and_its_item_tried_again(tmp_path, work, items):
    sayings = ["well", "dies once", "always dies", "dies after writing", "bad", "well"]
    outcomes = {outcome.id: outcome for outcome in run_local(iter(items(*sayings)), work, 2)}
    assert [outcomes[k].state for k in range(6)] == [DONE, DONE, FAILED, DONE, FAILED, DONE]
    assert calls(tmp_path) == {"0": 1, "1": 2, "2": MOST_ATTEMPTS, "3": 1, "4": 1, "5": 1}
    assert "2.png: expected a worker that survives it" in outcomes[2].problem
    assert (outcomes[2].exit_code, outcomes[4].exit_code) == (5, 3)
    assert {path.name for path in (tmp_path / "out").glob("[!.]*")} == {"0.png", "1.png", "3.png", "5.png"}
    assert len(outcomes[3].sha256) == 64


def test_few_items_wait_at_any_time(work, items):
    taken = []

    def take(all_items):
        for item in all_items:
            taken.append(item.id)
            yield item

    outcomes = run_local(take(items(*["well"] * 8)), work, 1)
    next(outcomes)
    assert len(taken) == 2
    outcomes.close()


def test_work_that_cannot_be_done_stops_all(work, items):
    unusable = importlib.import_module("copying").unusable
    with pytest.raises(InputError, match="expected a model"):
        list(run_local(iter(items("well")), dataclasses.replace(work, load=unusable), 1))


def test_an_item_whose_output_is_there_is_not_fused_again(tmp_path, work, items):
    fuse = Fusing(work)
    (item,) = items("well")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "0.png").write_text("of a worker that died")
    assert fuse(item).state == DONE
    assert calls(tmp_path) == {}
    before = fuse.place.mark("0.png")
    assert fuse(dataclasses.replace(item, before=before)).state == DONE
    assert calls(tmp_path) == {"0": 1}
    assert fuse.place.mark("0.png") != before


def test_what_nobody_foresaw_is_a_failure_of_the_item(work, items):
    outcome = Fusing(work)(items("unforeseen")[0])
    assert (outcome.state, outcome.exit_code) == (FAILED, 1)
    assert "KeyError: 'x' in copying.py, line" in outcome.problem


HOLDER = """
import sys, time
from pathlib import Path
from cscfuse_keras.batch.living import living
with living(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such locks")
def test_a_run_waits_for_the_workers_of_one_that_was_killed(tmp_path):
    lock = tmp_path / "workers"
    wait_for_workers(lock, 0)
    command = [sys.executable, "-c", HOLDER, str(lock), "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(EnvironmentProblem, match="workers of an earlier run"):
            wait_for_workers(lock, 0.1)
        holder.send_signal(signal.SIGKILL)
    start = time.monotonic()
    wait_for_workers(lock)
    assert time.monotonic() - start < 5
