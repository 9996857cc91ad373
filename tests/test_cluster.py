"""Joining a Ray cluster; what one does is tested where it is used."""

import signal
import socket
import sys

import pytest

from cscfuse_keras import cluster
from cscfuse_keras.cluster import Cluster
from cscfuse_keras.errors import EnvironmentProblem


class SomeRay:
    """Takes over SIGTERM, as Ray does."""

    def init(self, address, **settings):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def cluster_resources(self):
        return {"CPU": 5.0, "GPU": 1.0}


@pytest.fixture
def some_ray(monkeypatch):
    monkeypatch.setattr(cluster, "ray_package", lambda name: SomeRay())


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(EnvironmentProblem, match="ray"):
        Cluster("local")


def test_nobody_there_is_told_at_once(some_ray, monkeypatch):
    def refused(place, timeout):
        assert place == ("10.0.0.1", 6379)
        raise ConnectionRefusedError("Connection refused")

    monkeypatch.setattr(socket, "create_connection", refused)
    with pytest.raises(EnvironmentProblem, match=r"expected a Ray cluster, found none \(Connection refused\)"):
        Cluster("ray://10.0.0.1:6379")


def test_sigterm_stays_ours(some_ray):
    before = signal.getsignal(signal.SIGTERM)
    Cluster("auto")
    assert signal.getsignal(signal.SIGTERM) is before


def test_as_many_workers_as_fit(some_ray):
    joined = Cluster("auto")
    assert joined.workers(2, 0) == 2
    assert joined.workers(1, 0.25) == 4
    with pytest.raises(EnvironmentProblem, match="expected 6 processors and 0 GPUs for a worker, found 5 and 1"):
        joined.workers(6, 0)
