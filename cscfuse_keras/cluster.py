"""A Ray cluster: joined, counted, left."""

import contextlib
import importlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from typing import Any

from cscfuse_keras.errors import EnvironmentProblem

MOST_ATTEMPTS = 3
"""Workers that one piece of work may kill."""


class Cluster:
    """A Ray cluster.

    Args:
        address: of a cluster, `ray://HOST:PORT` for one beyond this machine's network, `auto` for the one that this
            machine is part of, or `local` for one of this machine alone that ends with the run.

    Attributes:
        ray: the package.

    Raises:
        EnvironmentProblem: Ray is not installed, or there is no such cluster.
    """

    def __init__(self, address: str):
        # Ray would tell its makers of a cluster that is started here; and much to the terminal.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
        with _own_termination():
            self.ray = ray_package("ray")
        try:
            _knock(address)
            with _own_termination():
                self.ray.init(address, logging_level=logging.ERROR, log_to_driver=False)
        except (OSError, RuntimeError, ValueError) as problem:
            raise EnvironmentProblem(
                f"--address {address}: expected a Ray cluster, found none ({str(problem).splitlines()[0]}); start one "
                "by ray start --head, or give --address local"
            ) from None

    def workers(self, cpus: float, gpus: float) -> int:
        """How many workers fit."""
        resources = self.ray.cluster_resources()
        fit = [resources.get("CPU", 0) / cpus] if cpus else []
        fit += [resources.get("GPU", 0) / gpus] if gpus else []
        if not (fit and min(fit) >= 1):
            raise EnvironmentProblem(
                f"cluster: expected {cpus:g} processors and {gpus:g} GPUs for a worker, found "
                f"{resources.get('CPU', 0):g} and {resources.get('GPU', 0):g}; give other --cpus or --gpus"
            )
        return int(min(fit))

    def leave(self) -> None:
        """Give back what the run had of the cluster."""
        self.ray.shutdown()


def _knock(address: str) -> None:
    """Find out that nobody listens: Ray would go on trying, for longer than ten minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()


@contextlib.contextmanager
def _own_termination() -> Iterator[None]:
    """Keep what SIGTERM does: Ray would have it abort the process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def ray_package(name: str) -> Any:
    """Import Ray, or a part of it such as `ray.data`.

    Raises:
        EnvironmentProblem: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        raise EnvironmentProblem(
            'engine ray: expected the package ray, found none; pip install "cscfuse-keras[ray]"'
        ) from None


def unusable(problem: BaseException) -> EnvironmentProblem:
    """The error that a user can act on, where actors cannot even start."""
    reason = str(problem).strip().splitlines()[-1]
    return EnvironmentProblem(
        f"cluster: expected actors on its nodes, found: {reason}; install this version of cscfuse-keras, with all "
        "extras in use, on every node"
    )
