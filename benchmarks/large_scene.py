"""One large scene fused in one process and on a Ray cluster of several nodes on this machine, an actor killed midway.

python benchmarks/large_scene.py LOW GUIDE --preset msf-pan-x4-4band --full-scale 2047 --side 6000 -o build/large-scene

Two GeoTIFF files are repeated, mirrored and with changing brightness, to a guide of so many pixels a side. Prints time,
the largest memory of the driver and of an actor (by the system, Linux), and exits with 1 unless all results are the
same bytes.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import rasterio
from child_processes import descendants, sampling
from rasterio.windows import Window


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("low", type=Path)
    parser.add_argument("guide", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for all that is made")
    parser.add_argument("--side", type=int, default=6000, help="of the guide, in pixels")
    parser.add_argument("--nodes", type=int, default=2, help="of one processor each")
    parser.add_argument("--preset", default="msf")
    parser.add_argument("--full-scale", type=float)
    parser.add_argument("--tile", type=int)
    given = parser.parse_args()
    given.output.mkdir(parents=True)
    with rasterio.open(given.low) as low, rasterio.open(given.guide) as guide:
        ratio = guide.width // low.width
        repeat(low, given.output / "low.tif", given.side // ratio)
        repeat(guide, given.output / "guide.tif", given.side // ratio * ratio)
    runs = "one process", "ray", "ray, an actor killed"
    half = raw_size(given.output) // 2
    results = [given.output / f"{number}.tif" for number in range(len(runs))]
    for name, result in zip(runs, results, strict=True):
        with cluster(given.nodes if name.startswith("ray") else 0) as engine:
            print(json.dumps({"run": name, **measure(given, result, engine, half * ("killed" in name))}), flush=True)
    same = all(same_bytes(results[0], other) for other in results[1:])
    print("the same bytes" if same else "results differ")
    sys.exit(not same)


def raw_size(folder):
    """Bytes of the samples of a result."""
    with rasterio.open(folder / "low.tif") as low, rasterio.open(folder / "guide.tif") as guide:
        return guide.width * guide.height * low.count * np.dtype(low.dtypes[0]).itemsize


def repeat(source, path, side):
    """Mirrored repeats of a raster, row by row of them, brighter and darker."""
    image = source.read()
    height, width = image.shape[1:]
    profile = {**source.profile, "width": side, "height": side, "tiled": True, "blockxsize": 256, "blockysize": 256}
    profile |= {"compress": "deflate", "photometric": "minisblack"}
    with rasterio.open(path, "w", **profile) as repeated:
        repeated.descriptions = source.descriptions
        for row, top in enumerate(range(0, side, height)):
            for column, left in enumerate(range(0, side, width)):
                part = image[:, :: -1 if row % 2 else 1, :: -1 if column % 2 else 1]
                part = (part * (0.7 + 0.05 * ((3 * row + 5 * column) % 7))).astype(image.dtype)
                part = np.where(image.any(axis=0), np.maximum(part, 1), 0)[:, : side - top, : side - left]
                repeated.write(part, window=Window(left, top, part.shape[2], part.shape[1]))


@contextlib.contextmanager
def cluster(count):
    """Options for a Ray cluster of so many nodes on this machine; none for none."""
    if not count:
        yield []
        return
    from ray.cluster_utils import Cluster

    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    for _ in range(count - 1):
        nodes.add_node(num_cpus=1)
    try:
        yield ["--engine", "ray", "--address", nodes.address]
    finally:
        nodes.shutdown()


def measure(given, result, engine, kill):
    """Fuse once; what it took."""
    command = [sys.executable, "-m", "cscfuse_keras", "fuse", "--task", "msf", given.output / "low.tif"]
    command += [given.output / "guide.tif", "-o", result, "--preset", given.preset, *engine]
    for option, value in (("--full-scale", given.full_scale), ("--tile", given.tile)):
        command += [option, value] if value else []
    start = time.monotonic()
    driver = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL)
    samples = Samples(driver.pid, given.output)
    with driver, sampling(samples.take, seconds=0.25):
        if kill:
            # In the middle: half of what will be written is.
            while driver.poll() is None and max(samples.disk, default=0) < kill:
                time.sleep(0.1)
            victims = [pid for pid in descendants(os.getpid()) if is_actor(pid)]
            os.kill(random.choice(victims), signal.SIGKILL)
        driver.wait()
    seconds = time.monotonic() - start
    return {
        "code": driver.returncode,
        "seconds": round(seconds, 1),
        "killed": int(kill > 0),
        "driver MB, largest of each quarter": quarters(samples.driver),
        "actor MB, likewise": quarters(samples.actors),
        "disk MB beside the result": round(max(samples.disk, default=0) / 1e6),
        "result MB": round(result.stat().st_size / 1e6),
    }


def same_bytes(one, other):
    """Whether two files hold the same."""
    with one.open("rb") as first, other.open("rb") as second:
        while True:
            parts = first.read(2**24), second.read(2**24)
            if parts[0] != parts[1]:
                return False
            if not parts[0]:
                return True


def is_actor(pid):
    """Whether a process fuses windows."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"ray::WindowActor")
    return False


class Samples:
    """Resident memory of the driver and of the largest actor, and disk taken beside the result, at each time."""

    def __init__(self, driver, folder):
        self._pid, self._folder = driver, folder
        self.driver, self.actors, self.disk = [], [], []

    def take(self):
        """Look once."""
        self.driver.append(resident(self._pid))
        if actors := [pid for pid in descendants(os.getpid()) if is_actor(pid)]:
            self.actors.append(max(map(resident, actors)))
        with contextlib.suppress(OSError):
            files = [path.stat() for path in self._folder.glob(".partial-*/*")]
            self.disk.append(512 * sum(file.st_blocks for file in files))


def resident(pid):
    """Megabytes of memory that a process holds, without what it shares with others."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        pages = [int(text) for text in Path(f"/proc/{pid}/statm").read_text().split()[1:3]]
        return (pages[0] - pages[1]) * os.sysconf("SC_PAGE_SIZE") // 10**6
    return 0


def quarters(samples):
    """The largest sample in each quarter of the time."""
    return [int(max(part, default=0)) for part in np.array_split(samples, 4)]


if __name__ == "__main__":
    main()
