"""Run by test_msf_on_ray.py in a process of its own: a cluster talks to itself by the network, which tests refuse.

Usage: scene_on_cluster.py LOW GUIDE MODEL FOLDER. Fuses a scene here, and on two nodes where an actor is killed;
prints, as JSON, how many were killed, whether the results are the same bytes, and what lies in the folder.
"""

import contextlib
import json
import os
import signal
import sys
from pathlib import Path

from click.testing import CliRunner
from ray.cluster_utils import Cluster as Nodes

from cscfuse_keras.cli import main as cscfuse
from cscfuse_keras.tasks import msf_on_ray


def descendants(pid):
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, children.read_text().split()):
                found += [child, *descendants(child)]
    return found


def actors():
    for pid in descendants(os.getpid()):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"ray::WindowActor"):
                yield pid


def main():
    low, guide, model, folder = map(Path, sys.argv[1:])
    killed = []

    class Killing(msf_on_ray._Pool):
        """Kills an actor when the second window has come."""

        def fused(self, windows):
            for number, fused in enumerate(super().fused(windows)):
                if number == 1:
                    killed.append(next(actors()))
                    os.kill(killed[-1], signal.SIGKILL)
                yield fused

    msf_on_ray._Pool = Killing
    nodes = Nodes(initialize_head=True, head_node_args={"num_cpus": 1})
    nodes.add_node(num_cpus=1)
    for name, engine in (("local", []), ("ray", ["--engine", "ray", "--address", nodes.address])):
        command = ["fuse", "--task", "msf", low, guide, "--preset", model, "-o", folder / f"{name}.tif", "--tile", 32]
        command += ["--full-scale", 2047, *engine]
        result = CliRunner().invoke(cscfuse, list(map(str, command)))
        assert result.exit_code == 0, result.output
    nodes.shutdown()
    content = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    same = content["local.tif"] == content["ray.tif"]
    print(json.dumps({"killed": len(killed), "same": same, "left": list(content)}))


if __name__ == "__main__":
    main()
