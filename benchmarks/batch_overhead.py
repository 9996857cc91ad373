"""What a batch costs beside the fusing: time an item, and the record's size.

python benchmarks/batch_overhead.py INFRARED VISIBLE [--pairs 40] [--rounds 4] [--planned 100000]

Pairs are brought to 640 x 480 and fused by a plain loop in this process, and by a batch's worker with its record; both
in turns, since other work on the machine comes and goes. Then a manifest of so many items that are not there is
planned, to see what the record takes of each.
"""

import argparse
import functools
import os
import statistics
import tempfile
import time
from pathlib import Path

import cv2

from cscfuse_keras.batch.inputs import content_hash
from cscfuse_keras.batch.manifest import Entry
from cscfuse_keras.batch.places import Folder
from cscfuse_keras.batch.plan import plan
from cscfuse_keras.batch.record import Record
from cscfuse_keras.batch.work import DONE, Work
from cscfuse_keras.batch.worker_process import WorkerProcess
from cscfuse_keras.cli.batch import job_of, load
from cscfuse_keras.io import pair_by_stem

SIZE = 640, 480


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("infrared", type=Path)
    parser.add_argument("visible", type=Path)
    parser.add_argument("--preset", default="ivf")
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=4, help="in each, all pairs are fused both ways")
    parser.add_argument("--planned", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure_time(given, Path(folder))
        measure_record(given.planned, Path(folder))


def measure_time(given, folder):
    entries = []
    for stem, *paths in pair_by_stem(given.infrared, given.visible)[0][: given.pairs]:
        for path, kind, how in zip(paths, "iv", (cv2.IMREAD_GRAYSCALE, cv2.IMREAD_COLOR), strict=True):
            cv2.imwrite(str(folder / f"{stem}-{kind}.png"), cv2.resize(cv2.imread(str(path), how), SIZE))
        entries.append(Entry(stem, (folder / f"{stem}-i.png", folder / f"{stem}-v.png")))
    load_it = functools.partial(load, "ivf", given.preset, "auto", os.cpu_count(), "float32", None, str(folder), {})
    fuse_file = load_it()
    plain, batch, beside = [], [], []
    for number in range(given.rounds + 1):
        ways = [
            (batch, functools.partial(_by_batch, load_it, entries, folder, number, beside)),
            (plain, functools.partial(_by_plain_loop, fuse_file, entries, folder, number)),
        ]
        for medians, seconds_of_pairs in ways[:: (-1) ** number]:
            medians.append(1000 * statistics.median(seconds_of_pairs()))
    # The first round warms up.
    plain, batch = plain[1:], batch[1:]
    ratio = statistics.median(one / other for one, other in zip(batch, plain, strict=True))
    print(
        f"{len(entries)} pairs of {SIZE[0]} x {SIZE[1]}, {given.rounds} rounds; medians of their medians: plain "
        f"{statistics.median(plain):.1f} ms, batch {statistics.median(batch):.1f} ms; of their ratios {ratio:.3f}"
    )
    hashing, giving, recording = (1000 * statistics.median(times) for times in zip(*beside, strict=True))
    print(
        f"beside fusing: hashing {hashing:.2f} ms, giving to the worker and hearing of it {giving:.2f} ms, recording "
        f"{recording:.2f} ms; {100 * (hashing + giving + recording) / statistics.median(plain):.2f} % of a pair"
    )


def _by_batch(load_it, entries, folder, number, beside):
    """Seconds of each pair by a batch's worker; `beside` gets those that went into hashing, telling, recording."""
    output, times = folder / f"out{number}", []
    work = Work(load_it, functools.partial(job_of, "ivf"), str(output), folder / "workers")
    with Record(folder / f"{number}.db") as record, WorkerProcess(work) as worker:
        run = plan(record, entries, "ivf", Folder(output))
        for item in record.left(run):
            start = time.perf_counter()
            outcome = worker.fuse(item)
            heard = time.perf_counter()
            record.end(outcome)
            end = time.perf_counter()
            content_hash(map(Path, item.sources))
            hashed = time.perf_counter() - end
            times.append(end - start)
            beside.append((hashed, heard - start - outcome.seconds, end - heard))
            assert outcome.state == DONE, outcome.problem
    # The first starts the process and loads the model.
    del beside[-len(times)]
    return times[1:]


def _by_plain_loop(fuse_file, entries, folder, number):
    """Seconds of each pair in this process."""
    times = []
    for entry in entries:
        start = time.perf_counter()
        fuse_file(job_of("ivf", entry.sources, folder / f"plain{number}" / f"{entry.name}.png"))
        times.append(time.perf_counter() - start)
    return times[1:]


def measure_record(count, folder):
    path = folder / "planned.db"
    entries = (
        Entry(f"{k // 10_000:05d}/{k:09d}", (folder / f"infrared/{k:09d}.png", folder / f"visible/{k:09d}.png"))
        for k in range(count)
    )
    with Record(path) as record:
        start = time.perf_counter()
        run = plan(record, entries, "ivf", Folder(folder / "out"))
        planned = time.perf_counter() - start
        start = time.perf_counter()
        given = sum(1 for _ in record.left(run))
        taken = time.perf_counter() - start
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    print(
        f"{given} items planned: {1e6 * planned / count:.0f} us an item, given out: {1e6 * taken / count:.0f} us, "
        f"record {path.stat().st_size / count:.0f} bytes an item, process {resident:.0f} MB"
    )


if __name__ == "__main__":
    main()
