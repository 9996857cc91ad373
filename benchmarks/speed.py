"""Time and memory of whole fusions, all tasks and runtimes side by side, warm: medians of runs that take turns.

python benchmarks/speed.py [--case ivf ...] [--runtime openvino ...] [--repeats 7]

Every case and runtime has a process of its own, so that memory peaks are its own; processes wait for each other, and a
round of all runs is over before the next begins, so that a busy machine slows all alike.
"""

import importlib.metadata
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click
import numpy as np
from rich.console import Console
from rich.table import Table

RUNTIMES = {
    "keras": ("keras", "float32"),
    "litert": ("litert", "float32"),
    "openvino": ("openvino", "float32"),
    "openvino bfloat16": ("openvino", "bfloat16"),
}
# Sizes that come again get a model of their own after some images.
WARM_UP = 6


def ivf_case(preset: str) -> Callable:
    """A colour pair of 640 x 480 pixels."""

    def prepare(engine):
        from cscfuse_keras.samples import night_road
        from cscfuse_keras.tasks.ivf import IVFFuser

        fuser, pair = IVFFuser(preset, engine), night_road(480, 640)
        return lambda: fuser.fuse(*pair)

    return prepare


def mef_case(preset: str) -> Callable:
    """Two 8-bit exposures of a megapixel."""

    def prepare(engine):
        from cscfuse_keras.samples import exposure_bracket
        from cscfuse_keras.tasks.mef import MEFFuser

        fuser = MEFFuser(preset, engine)
        exposures = list(np.rint(255 * exposure_bracket(2, 1000, 1000)).astype(np.uint8))
        return lambda: fuser.fuse(exposures, 255)

    return prepare


def msf_case(preset: str | None) -> Callable:
    """31 bands of 256 x 256 and RGB of 512 x 512 pixels; the release's network with random weights if no preset."""

    def prepare(engine):
        import keras

        from cscfuse_keras.models.msf import VARIANTS, build_network
        from cscfuse_keras.tasks.msf import MSFFuser

        keras.utils.set_random_seed(0)
        fuser = MSFFuser(preset or build_network(VARIANTS["release"]), engine)
        random = np.random.default_rng(0)
        images = random.random((256, 256, 31), "float32"), random.random((512, 512, 3), "float32")
        return lambda: fuser.fuse(*images)

    return prepare


CASES = {
    "ivf": ivf_case("ivf"),
    "ivf-lite": ivf_case("ivf-lite"),
    "ivf-paper": ivf_case("ivf-paper"),
    "mef": mef_case("mef"),
    "mef-lite": mef_case("mef-lite"),
    "mef-paper": mef_case("mef-paper"),
    "msf-cave-x2": msf_case("msf-cave-x2"),
    "msf-lite": msf_case("msf-lite"),
    "msf, the release's 256 channels": msf_case(None),
}


@click.command()
@click.option("--case", "cases", multiple=True, type=click.Choice(list(CASES)), default=list(CASES))
@click.option("--runtime", "runtimes", multiple=True, type=click.Choice(list(RUNTIMES)), default=list(RUNTIMES))
@click.option("--repeats", default=7, show_default=True)
@click.option("--child", is_flag=True, hidden=True)
def main(cases: tuple[str, ...], runtimes: tuple[str, ...], repeats: int, child: bool) -> None:
    """Measure and print a table."""
    if child:
        _serve(cases[0], runtimes[0])
        return
    console = Console()
    table = Table(
        "fused", "runtime", "median s", "processor s", "memory peak, MB", "differs from keras by", title=_machine()
    )
    for case in cases:
        children = {name: _Child(case, name) for name in runtimes}
        times = {name: [] for name in runtimes}
        for _ in range(repeats):
            for name, measured in children.items():
                times[name].append(measured.run())
        results = {name: measured.close() for name, measured in children.items()}
        reference = results.get("keras", {}).get("fused")
        for name, result in results.items():
            difference = "" if reference is None else f"{_difference(result['fused'], reference):.1e}"
            medians = [f"{statistics.median(column):.3f}" for column in zip(*times[name], strict=True)]
            table.add_row(case, name, *medians, f"{result['peak']}", difference)
        table.add_section()
        click.echo(f"{case}: measured", err=True)
    console.print(table)


class _Child:
    """A process that fuses whenever it is asked to."""

    def __init__(self, case, runtime):
        command = [sys.executable, __file__, "--child", "--case", case, "--runtime", runtime]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._ask("ready")

    def run(self) -> list[float]:
        return self._ask("run")

    def close(self) -> dict:
        result = self._ask("close")
        self._process.wait()
        return result

    def _ask(self, word):
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise click.ClickException(f"{' '.join(self._process.args)}: ended before it answered; run it by hand")
        return json.loads(answer)


def _serve(case: str, runtime: str) -> None:
    """Answer the lines of standard input, each with a line of JSON."""
    from cscfuse_keras.runtimes.engines import engine_for

    name, precision = RUNTIMES[runtime]
    fuse = CASES[case](engine_for(name, None, precision))
    for _ in range(WARM_UP):
        fused = fuse()
    for line in sys.stdin:
        began, processor = time.perf_counter(), time.process_time()
        if line.strip() == "run":
            fused = fuse()
        answer = time.perf_counter() - began, time.process_time() - processor
        if line.strip() == "close":
            answer = {
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "fused": fused[::7, ::7].tolist(),
            }
        print(json.dumps(answer), flush=True)
        if line.strip() == "close":
            return


def _difference(first, second) -> float:
    return float(np.abs(np.asarray(first) - np.asarray(second)).max())


def _machine() -> str:
    packages = ("keras", "tensorflow", "openvino", "ai-edge-litert")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    return f"{os.cpu_count()} x {_processor()}; {versions}"


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
