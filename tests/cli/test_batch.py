"""`cscfuse batch`: what is fused, with real workers, and what a run tells."""

import json
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from cscfuse_keras.batch import worker_process
from cscfuse_keras.batch.record import Record
from cscfuse_keras.batch.work import Fusing
from cscfuse_keras.io import read_picture, write_picture
from cscfuse_keras.samples import night_road


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """A manifest of four pairs of which one is damaged."""
    folder = tmp_path_factory.mktemp("pairs")
    for seed, stem in enumerate("abcd"):
        for kind, image in zip(("ir", "vis"), night_road(height=64, width=80, seed=seed), strict=True):
            write_picture(folder / kind / f"{stem}.png", np.rint(255 * image).astype("uint8"))
    (folder / "vis" / "c.png").write_bytes(b"no picture")
    rows = [{"infrared": f"ir/{stem}.png", "visible": f"vis/{stem}.png"} for stem in "abcd"]
    (folder / "pairs.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return folder / "pairs.jsonl"


@pytest.fixture
def in_this_process(monkeypatch):
    """Workers are this process, since loading takes time; gives the outputs that were asked for."""
    asked = []

    class Worker(worker_process.WorkerProcess):
        fusing = None
        at_work = threading.Lock()

        def fuse(self, item):
            with self.at_work:
                if self._stopped:
                    raise worker_process.Stopped
                asked.append(item.output)
                self.fusing = self.fusing or Fusing(self.work)
                return self.fusing(item)

        def stop(self):
            with self.at_work:
                self._stopped = True

    monkeypatch.setattr("cscfuse_keras.batch.local.WorkerProcess", Worker)
    return asked


COMMAND = ("batch", "--task", "ivf", "--preset", "ivf-lite", "--workers", "1")


def test_a_batch_gives_what_fuse_gives(cscfuse, pairs, tmp_path):
    result = cscfuse(*COMMAND, "--manifest", pairs, "-o", tmp_path / "out", "--threads", "2")
    assert result.exit_code == 3, result.output
    assert "fused 3 pairs" in result.output
    assert "1 failed, 0 skipped, 0 were done before" in result.output
    assert "failed:" in result.output
    assert "c.png" in (tmp_path / "out" / "failures.csv").read_text()
    page = (tmp_path / "out" / "index.html").read_text()
    assert "Batch of 4 items" in page
    assert "c.png" in page
    # With the same number of threads, the same bits.
    assert cscfuse("fuse", "--task", "ivf", "--preset", "ivf-lite", "--threads", "2", pairs.parent / "ir",
                   pairs.parent / "vis", "-o", tmp_path / "plain").exit_code == 3  # fmt: skip
    for stem in "abd":
        batch, plain = (read_picture(tmp_path / where / f"{stem}.png").pixels for where in ("out", "plain"))
        np.testing.assert_array_equal(batch, plain)
    assert list((tmp_path / "out").glob(".*")) == []


def test_what_is_done_is_not_done_again(cscfuse, pairs, tmp_path, in_this_process):
    command = [*COMMAND, "--manifest", pairs, "-o", tmp_path / "out"]
    assert cscfuse(*command).exit_code == 3
    assert in_this_process == ["a.png", "b.png", "c.png", "d.png"]
    result = cscfuse(*command)
    assert result.exit_code == 3
    assert "fused 0 pairs" in result.output
    assert "3 were done before" in result.output
    assert len(in_this_process) == 4
    assert cscfuse(*command, "--retry").exit_code == 3
    assert in_this_process[4:] == ["c.png"]
    refused = cscfuse(*command, "--gain", "1.5")
    assert refused.exit_code == 2
    assert 'options: {} before, {"gain": 1.5} now' in refused.output
    before = (tmp_path / "out" / "a.png").stat().st_mtime_ns
    assert cscfuse(*command, "--gain", "1.5", "--overwrite").exit_code == 3
    assert in_this_process[5:] == ["a.png", "b.png", "c.png", "d.png"]
    assert (tmp_path / "out" / "a.png").stat().st_mtime_ns > before


def test_outputs_of_others_are_not_replaced(cscfuse, pairs, tmp_path, in_this_process):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "b.png").write_text("of others")
    result = cscfuse(*COMMAND, "--manifest", pairs, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "b.png: expected no file there" in result.output
    assert in_this_process == []
    assert (tmp_path / "out" / "b.png").read_text() == "of others"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "index.html").write_text("of others")
    result = cscfuse(*COMMAND, "--manifest", pairs, "-o", tmp_path / "other")
    assert result.exit_code == 2
    assert "index.html: expected no page there" in result.output


def test_results_go_to_a_url(cscfuse, pairs, tmp_path, in_this_process):
    pytest.importorskip("fsspec")
    url = f"file://{tmp_path}/out"
    command = [*COMMAND, "--manifest", pairs, "-o", url]
    assert "expected --record with a URL" in cscfuse(*command).output
    result = cscfuse(*command, "--record", tmp_path / "kept" / "r.db")
    assert result.exit_code == 3, result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "b.png", "d.png"]
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {"r.db", "index.html", "failures.csv"}


def test_an_interrupted_run_says_how_to_go_on(cscfuse, pairs, tmp_path, in_this_process, monkeypatch):
    command = [*COMMAND, "--manifest", pairs, "-o", tmp_path / "out"]

    def interrupted(record, outcome):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Record, "end", interrupted)
        result = cscfuse(*command)
    assert result.exit_code == 130
    assert "0 of 4 done; the same command goes on" in result.output
    # What was fused but not recorded is seen to be there.
    written = (tmp_path / "out" / "a.png").stat().st_mtime_ns
    assert cscfuse(*command).exit_code == 3
    assert (tmp_path / "out" / "a.png").stat().st_mtime_ns == written


def test_a_killed_run_goes_on(cscfuse, pairs, tmp_path):
    output = tmp_path / "out"
    command = [*COMMAND, "--manifest", pairs, "-o", output]
    with subprocess.Popen([sys.executable, "-m", "cscfuse_keras", *map(str, command)]) as run:
        while not list(output.glob("*.png")) and run.poll() is None:
            time.sleep(0.02)
        run.kill()
    written = {path: path.stat().st_mtime_ns for path in output.glob("*.png")}
    assert written
    assert cscfuse(*command).exit_code == 3
    assert {path: path.stat().st_mtime_ns for path in written} == written
    with Record(output / "batch.db") as record:
        assert record.counts(record.new_run() - 1) == {"done": 3, "failed": 1}
    assert list(output.glob(".*")) == []


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--cpus", "1"], 2, "--cpus: expected with --engine ray"),
        (["--stretch"], 2, "--stretch: expected with --task mef"),
        (["--preset", "none"], 2, "preset 'none': expected one of"),
        (["--runtime", "none"], 2, "runtime: expected one of"),
        (["--memory-limit", "much"], 2, "--memory-limit: expected a positive number"),
    ],
)
def test_commands_that_cannot_be(cscfuse, pairs, tmp_path, arguments, code, told):
    result = cscfuse("batch", "--task", "ivf", "--manifest", pairs, "-o", tmp_path / "out", *arguments)
    assert result.exit_code == code
    assert told in result.output
    assert not (tmp_path / "out").exists()
