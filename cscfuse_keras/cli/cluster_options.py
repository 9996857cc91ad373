"""Options of commands whose work a Ray cluster can do."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import click

from cscfuse_keras.cli.quiet import quietly
from cscfuse_keras.errors import UsageError

_OPTIONS = (
    click.option(
        "--engine",
        type=click.Choice(["local", "ray"]),
        default="local",
        show_default=True,
        help="This machine, or a Ray cluster.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1),
        help="Workers at a time. Default: as many as the cluster has room for; of a batch on this machine, one for two "
        "processors.",
    ),
    click.option(
        "--address",
        help="ray: of the cluster; auto for the one that this machine is part of, local for this machine alone. "
        "Default: auto.",
    ),
    click.option("--cpus", type=click.FloatRange(0), help="ray: processors of a worker. Default: 1."),
    click.option(
        "--gpus", type=click.FloatRange(0), help="ray: GPUs of a worker; 0.25 lets four share one. Default: 0."
    ),
)


@dataclasses.dataclass(frozen=True)
class OnCluster:
    """Workers of a cluster.

    Attributes:
        workers: how many, at most.
        cpus: processors of each.
        gpus: GPUs of each.
    """

    workers: int
    cpus: float
    gpus: float

    @property
    def threads(self) -> int:
        """That a worker computes with."""
        return max(1, round(self.cpus))


def cluster_options(command: Callable) -> Callable:
    """Decorator that adds `--engine`, `--workers`, `--address`, `--cpus` and `--gpus`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def check_engine(engine: str, **of_ray: Any) -> None:
    """Refuse options of the engine ray with another one.

    Raises:
        UsageError: one was given.
    """
    for name, value in of_ray.items():
        if engine != "ray" and value is not None:
            raise UsageError(f"--{name}: expected with --engine ray, found with --engine {engine}; leave it out")


@contextlib.contextmanager
def joined(address: str | None, workers: int | None, cpus: float | None, gpus: float | None) -> Iterator[OnCluster]:
    """Be part of a cluster.

    Raises:
        EnvironmentProblem: there is none, or it has no room for a worker.
    """
    from cscfuse_keras.cluster import Cluster

    cpus, gpus = 1 if cpus is None else cpus, gpus or 0
    with quietly():
        cluster = Cluster(address or "auto")
    try:
        yield OnCluster(workers or cluster.workers(cpus, gpus), cpus, gpus)
    finally:
        cluster.leave()
