"""Workers on a Ray cluster of two nodes, and what they survive."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cscfuse_keras.batch.work import DONE, FAILED
from cscfuse_keras.batch.worker_process import MOST_ATTEMPTS


def test_items_are_fused_on_all_nodes_and_deaths_are_survived(tmp_path, work):
    pytest.importorskip("ray.data")
    sayings = ["well"] * 8 + ["dies once", "always dies", "dies after writing", "bad"]
    command = [sys.executable, Path(__file__).with_name("on_cluster.py"), tmp_path, *sayings]
    # Nodes import what they run.
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "modules")}
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)
    assert run.returncode == 0, run.stderr
    outcomes = {int(number): outcome for number, outcome in json.loads(run.stdout.splitlines()[-1]).items()}
    assert [outcomes[k][0] for k in range(12)] == [DONE] * 9 + [FAILED, DONE, FAILED]
    assert "9.png: expected a worker that survives it" in outcomes[9][1]
    calls = {path.stem: path.read_text().count("called") for path in (tmp_path / "calls").iterdir()}
    assert calls == {**{str(k): 1 for k in range(12)}, "8": 2, "9": MOST_ATTEMPTS}
    written = {path.name for path in (tmp_path / "out").glob("[!.]*")}
    assert written == {f"{k}.png" for k in range(12) if k not in (9, 11)}
