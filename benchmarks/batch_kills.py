"""Kill workers and drivers of a batch at random, and compare with a plain loop.

python benchmarks/batch_kills.py INFRARED VISIBLE -o build/batch-kills --items 2000 [--engine ray]

Crops of real pairs, with their brightness changed, are fused by `cscfuse batch`, which is killed again and again and
started anew until it is done. Every rename into the output folder is counted as the system tells it (Linux), and the
memory of the processes is sampled. Exits with 1 unless all outputs are there, the same bytes as those of a plain loop,
each written once.
"""

import argparse
import contextlib
import ctypes
import json
import os
import random
import re
import signal
import struct
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
from child_processes import descendants, sampling

from cscfuse_keras.io import list_pictures

PRESET = "ivf-lite"
KILLED = {
    "local": ("worker", "worker", "worker", "driver", "interrupt"),
    "ray": ("worker", "actor", "node", "driver", "interrupt"),
}
"""What is killed, as likely as it is often: an interrupt is Ctrl-C, a node a machine of the cluster, then replaced."""

_MOVED_TO = 0x80


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("infrared", type=Path)
    parser.add_argument("visible", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for all that is made; must not exist")
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--height", type=int, default=96)
    parser.add_argument("--engine", choices=("local", "ray"), default="local")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--nodes", type=int, default=3, help="of the Ray cluster that is started on this machine")
    parser.add_argument("--pause", type=float, default=6.0, help="mean seconds between two kills")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    inputs, fused, plain = (given.output / name for name in ("inputs", "fused", "plain"))
    make_items(given.infrared, given.visible, inputs, given.items, (given.height, given.width))
    manifest = inputs / "pairs.csv"
    folders = ["--infrared", inputs / "infrared", "--visible", inputs / "visible"]
    cscfuse("manifest", "--task", "ivf", *folders, "-o", manifest)
    start = time.monotonic()
    cscfuse("fuse", "--task", "ivf", "--preset", PRESET, *folders[1::2], "-o", plain)
    print(f"plain loop: {time.monotonic() - start:.0f} s", flush=True)
    with cluster(given) as nodes:
        command = ["batch", "--task", "ivf", "--preset", PRESET, "--manifest", manifest, "-o", fused]
        command += [
            "--engine",
            given.engine,
            "--workers",
            given.workers,
            *(["--address", nodes.address] if nodes else []),
        ]
        start = time.monotonic()
        samples = Samples()
        with Renames(fused) as renames, sampling(samples.take, seconds=1):
            kills, drivers = run_and_kill(command, fused, chance, given.pause, KILLED[given.engine], nodes)
    told = {
        "seconds": round(time.monotonic() - start),
        "runs": drivers,
        "killed": dict(kills),
        "outputs": sum(path.suffix == ".png" for path in fused.iterdir()),
        "differ": [p.name for p in list_pictures(plain) if p.read_bytes() != (fused / p.name).read_bytes()],
        "written more than once": [name for name, count in renames.counts.items() if count > 1],
        "renames": sum(renames.counts.values()),
        "left beside": [path.name for path in fused.iterdir() if path.name.startswith(".")],
        "largest MB by quarter": samples.quarters(),
    }
    print(json.dumps(told, indent=1))
    whole = told["outputs"] == told["renames"] == given.items
    sys.exit(not (whole and not told["differ"] and not told["written more than once"]))


def make_items(infrared, visible, folder, count, size):
    """Crops of the pairs in turn, at random places, as grey and colour PNG."""
    random_numbers = np.random.default_rng(0)
    stems = {path.stem: path for path in list_pictures(visible)}
    pairs = [(path, stems[path.stem]) for path in list_pictures(infrared) if path.stem in stems]
    for number in range(count):
        paths = pairs[number % len(pairs)]
        pair = [cv2.imread(str(paths[0]), cv2.IMREAD_GRAYSCALE), cv2.imread(str(paths[1]))]
        enlarged = max(1.0, *(wanted / found for wanted, found in zip(size, pair[0].shape, strict=False)))
        pair = [cv2.resize(image, None, fx=enlarged, fy=enlarged) if enlarged > 1 else image for image in pair]
        top, left = (random_numbers.integers(0, f - w + 1) for f, w in zip(pair[0].shape, size, strict=False))
        gain = random_numbers.uniform(0.6, 1.4)
        for image, name in zip(pair, ("infrared", "visible"), strict=True):
            part = np.clip(gain * image[top : top + size[0], left : left + size[1]], 0, 255).astype("uint8")
            (folder / name).mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(folder / name / f"{number:05d}.png"), part)


def cscfuse(*arguments):
    subprocess.run(command_of(arguments), check=True, stdout=subprocess.DEVNULL)


def command_of(arguments):
    return [sys.executable, "-m", "cscfuse_keras", *map(str, arguments)]


@contextlib.contextmanager
def cluster(given):
    """A Ray cluster of several nodes on this machine; None for the local engine."""
    if given.engine == "local":
        yield None
        return
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    for _ in range(given.nodes - 1):
        nodes.add_node(num_cpus=1)
    try:
        yield nodes
    finally:
        nodes.shutdown()


def run_and_kill(command, output, chance, pause, kinds, nodes):
    """Run a command until it ends by itself; what was killed, and how many runs there were."""
    kills, runs = Counter(), 0
    while True:
        runs += 1
        before = len(list(output.glob("*.png")))
        driver = subprocess.Popen(command_of(command), stdout=subprocess.DEVNULL)
        while driver.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                driver.wait(chance.uniform(0.5, 2 * pause - 0.5))
            # One that is killed before it works at all tells nothing.
            if driver.poll() is not None or len(list(output.glob("*.png"))) <= before:
                continue
            what = chance.choice(kinds)
            if what in ("driver", "interrupt"):
                driver.send_signal(signal.SIGKILL if what == "driver" else signal.SIGINT)
                kills[what] += 1
                driver.wait()
                break
            if what == "node":
                nodes.remove_node(chance.choice(sorted(nodes.worker_nodes, key=str)), allow_graceful=False)
                nodes.add_node(num_cpus=1)
                kills[what] += 1
            elif victims := [pid for pid in descendants(os.getpid()) if is_kind(pid, what)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(chance.choice(victims), signal.SIGKILL)
                    kills[what] += 1
        else:
            if driver.returncode not in (0, 130):
                print(f"run {runs} ended with code {driver.returncode}", flush=True)
            if driver.returncode == 0 or runs > 200:
                return kills, runs


def is_kind(pid, what):
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return (b"cscfuse_keras.batch.worker" in line) if what == "worker" else line.startswith(b"ray::MapWorker")


class Renames:
    """Counts the pictures that are renamed into a folder, by inotify."""

    def __init__(self, folder):
        folder.mkdir(parents=True)
        self.counts = Counter()
        system = ctypes.CDLL(None, use_errno=True)
        self._descriptor = system.inotify_init()
        if system.inotify_add_watch(self._descriptor, os.fsencode(folder), _MOVED_TO) < 0:
            raise OSError(ctypes.get_errno(), "inotify_add_watch")
        threading.Thread(target=self._count, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        time.sleep(0.2)

    def _count(self):
        while True:
            events = os.read(self._descriptor, 65536)
            while events:
                length = struct.unpack("iIII", events[:16])[3]
                name = events[16 : 16 + length].rstrip(b"\0").decode()
                if re.fullmatch(r"\d+\.png", name):
                    self.counts[name] += 1
                events = events[16 + length :]


class Samples:
    """The largest driver's and worker's resident memory, at each time."""

    def __init__(self):
        self.found = []

    def take(self):
        """Look once."""
        sizes = {"driver": 0, "worker": 0}
        for pid in descendants(os.getpid()):
            with contextlib.suppress(OSError, IndexError, ValueError):
                line = Path(f"/proc/{pid}/cmdline").read_bytes()
                kind = "driver" if b"cscfuse_keras\0batch" in line else "worker" if is_kind(pid, "worker") else None
                if kind:
                    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
                    sizes[kind] = max(sizes[kind], pages * os.sysconf("SC_PAGE_SIZE") // 10**6)
        self.found.append(sizes)

    def quarters(self):
        """The largest sizes in each quarter of the time."""
        parts = np.array_split(self.found, 4)
        return [
            {kind: max((each[kind] for each in part), default=0) for kind in ("driver", "worker")} for part in parts
        ]


if __name__ == "__main__":
    main()
