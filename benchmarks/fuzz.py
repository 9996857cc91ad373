"""Mutated files for every reader: none may crash, hang, take much memory, or fail other than as described.

python benchmarks/fuzz.py [--format png ...] [--count 20000] [--seed 0] [--processes 2] [--keep findings/]

Files are drawn from seed, format and number: a finding can be drawn again by these three. Readers run in processes of
their own, of limited memory, which are killed at a file that takes longer than 10 seconds. What is found is told, and
the file kept.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click

# Beside this file, whoever imports it.
sys.path.insert(0, str(Path(__file__).parent))

SECONDS = 10
MEMORY = 2**30
"""Bytes that a reader may take beyond what its process has when it starts."""
PIXELS, ARRAY_BYTES = 4_000_000, 64 * 2**20


def drawn(name: str, number: int, seed: int) -> bytes:
    """The file of a format and number."""
    import numpy as np
    from fuzz_targets import TARGETS, seeds_of

    random = np.random.default_rng((seed, zlib.crc32(name.encode()), number))
    seeds = seeds_of(name)
    return TARGETS[name].mutate(seeds[random.integers(len(seeds))], seeds, random)


def work(name: str, start: int, stop: int, seed: int, say: Callable[[Any], None]) -> None:
    """Read the files of a format from number `start` to `stop`, and say which, and what comes of it."""
    from fuzz_targets import TARGETS, seeds_of

    from cscfuse_keras.errors import CSCFuseError
    from cscfuse_keras.io.limits import limited

    target = TARGETS[name]
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder, limited(pixels=PIXELS, memory=ARRAY_BYTES):
        path = Path(folder) / f"file{target.suffix}"
        # Whole files must be read, or nothing would be tested; and what readers import comes before the limit.
        for content in seeds_of(name):
            path.write_bytes(content)
            target.read(path)
        before = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (before + MEMORY, resource.RLIM_INFINITY))
        for number in range(start, stop):
            path.write_bytes(drawn(name, number, seed))
            say(["at", number])
            # Unhandled, it ends the process even inside a library that never returns.
            signal.alarm(SECONDS)
            try:
                target.read(path)
                say(["read"])
            except CSCFuseError:
                say(["refused"])
            except BaseException as problem:
                say(["finding", f"{type(problem).__name__}: {problem} at {_place(problem)}"])
            signal.alarm(0)
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        say(["done"])


def _place(problem: BaseException) -> str:
    """The project's own line that a problem passed last."""
    place, trace = "", problem.__traceback__
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if "cscfuse_keras" in file or "pipelines" in file:
            place = f"{Path(file).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def fuzz(counts: dict[str, int], seed: int) -> Iterator[tuple[str, Counter[str], list[tuple[int, str]]]]:
    """Read files of formats in a process, and if it dies in another one.

    Args:
        counts: how many files of each format.
        seed: of all that is drawn.

    Yields:
        For each format how many files were read, refused, and found fault with; and the faults, by number of the file.
    """
    outcomes = {name: Counter() for name in counts}
    findings: dict[str, list[tuple[int, str]]] = {name: [] for name in counts}
    left, start = list(counts), 0
    while left:
        command = [sys.executable, __file__, "--start", str(start), "--seed", str(seed)]
        command += [f"--work={name}:{counts[name]}" for name in left]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout and process.stderr
        number = start - 1
        with ThreadPoolExecutor(1) as reader:
            errors = reader.submit(process.stderr.read)
            # Libraries may print too.
            for kind, *rest in (json.loads(line) for line in process.stdout if line.startswith('["')):
                if kind == "at":
                    number = rest[0]
                elif kind == "done":
                    yield left[0], outcomes[left[0]], findings[left[0]]
                    left, start, number = left[1:], 0, -1
                else:
                    outcomes[left[0]][kind] += 1
                    findings[left[0]] += [(number, text) for text in rest]
        code = process.wait()
        if left and number < start:
            raise RuntimeError(f"{left[0]}: whole files could not be read:\n{errors.result()}")
        if left:
            outcomes[left[0]]["finding"] += 1
            reason = f"hang of {SECONDS} s" if code == -signal.SIGALRM else f"crash, exit code {code}"
            findings[left[0]].append((number, reason))
            start = number + 1


@click.command()
@click.option("--format", "names", multiple=True, help="Formats; may be given several times. Default: all.")
@click.option("--count", default=20_000, show_default=True, help="Files a format.")
@click.option("--seed", default=0, show_default=True)
@click.option("--processes", default=2, show_default=True)
@click.option("--keep", type=click.Path(path_type=Path), default="fuzz-findings", show_default=True)
@click.option("--work", "given", multiple=True, hidden=True)
@click.option("--start", default=0, hidden=True)
def main(names, count, seed, processes, keep, given, start) -> None:
    """Fuzz all readers."""
    if given:
        for each in given:
            name, stop = each.split(":")
            work(name, start, int(stop), seed, lambda each: print(json.dumps(each), flush=True))
            start = 0
        # Libraries may fail to end in order when memory was short.
        os._exit(0)
    from fuzz_targets import TARGETS

    failed, began = False, time.perf_counter()
    with ThreadPoolExecutor(processes) as pool:
        results = pool.map(lambda name: next(fuzz({name: count}, seed)), names or TARGETS)
        for name, outcomes, findings in results:
            told = ", ".join(f"{outcomes[kind]} {kind}" for kind in ("read", "refused", "finding"))
            click.echo(f"{name}: {told} ({time.perf_counter() - began:.0f} s)")
            for number, text in findings:
                failed = True
                keep.mkdir(exist_ok=True)
                (keep / f"{name}-{seed}-{number}{TARGETS[name].suffix}").write_bytes(drawn(name, number, seed))
                click.echo(f"  {name} {number}: {text[:300]}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
