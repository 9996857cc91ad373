"""SIGKILL at any moment of writing: the old file or the new one, whole, and nothing left after the next writing.

`killed_writers.py` kills at every line if it is allowed as many kills.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills and locks as on Linux")
WRITERS = Path(__file__).with_name("killed_writers.py")
KILLS = {"Picture": 40, "Export": 30, "Checkpoint": 25, "Patches": 20, "SpectralPatches": 20, "GeoTIFF": 20}


@pytest.mark.parametrize(("writer", "kills"), KILLS.items())
def test_killed_while_writing(writer, kills, tmp_path):
    command = [sys.executable, "-W", "ignore", WRITERS, tmp_path / "files", writer, str(kills)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    counts = json.loads(result.stdout)
    assert counts["old"] > 0
    # Of its thousands of lines the last few follow the renaming; the others' share is larger.
    assert counts["new"] > 0 or writer == "SpectralPatches"
    assert counts["old"] + counts["new"] >= kills - 3
    # The one that goes on keeps its half file under a name of its own.
    assert counts["strays"] > 0 or writer == "SpectralPatches"
