"""Windows spread over actors: by a Ray that does what a test says, and by a real cluster of two nodes."""

import collections
import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cscfuse_keras.errors import EnvironmentProblem, InputError
from cscfuse_keras.io.rasters import Raster
from cscfuse_keras.runtimes.engines import engine_for
from cscfuse_keras.runtimes.tiles import scaled, tiles, whole
from cscfuse_keras.tasks import msf_on_ray
from cscfuse_keras.tasks.msf import MSFFuser
from cscfuse_keras.tasks.msf_on_ray import AHEAD, FuseOnRay, Network, Source, WindowActor
from cscfuse_keras.tasks.msf_windows import Scene, fuse_here
from cscfuse_keras.tasks.unit_raster import UnitRaster

rasterio = pytest.importorskip("rasterio")


class RayError(Exception):
    """An actor died."""


class RayTaskError(RayError):
    """What an actor raised."""


class ScriptedRay:
    """Runs actors in this process, the last that was asked first; `dies(actor's number, method, arguments)` kills."""

    exceptions = sys.modules[__name__]

    def __init__(self, dies):
        self.dies, self.started, self.killed, self.most = dies, 0, [], 0
        self.waiting = collections.Counter()

    def put(self, value):
        return value

    def remote(self, **resources):
        self.resources = resources
        return lambda kind: _Remote(lambda *arguments: _Actor(self, kind(*arguments)))

    def wait(self, references, num_returns, fetch_local):
        assert (num_returns, fetch_local) == (1, False)
        self.most = max(self.most, *collections.Counter(each.actor.number for each in references).values())
        dead = [each for each in references if each.actor.dead]
        return [(dead or references)[0 if dead else -1]], []

    def get(self, reference):
        actor = reference.actor
        actor.dead = actor.dead or self.dies(actor.number, reference.method, reference.arguments)
        if actor.dead:
            raise RayError("The actor died.")
        return getattr(actor.inner, reference.method)(*reference.arguments)

    def kill(self, actor):
        self.killed.append(actor.number)


class _Remote:
    def __init__(self, call):
        self.remote = call


class _Actor:
    def __init__(self, ray, inner):
        self.inner, self.number, self.dead = inner, ray.started, False
        ray.started += 1

    def __getattr__(self, method):
        return _Remote(lambda *arguments: _Reference(self, method, arguments))


class _Reference:
    def __init__(self, actor, method, arguments):
        self.actor, self.method, self.arguments = actor, method, arguments


@pytest.fixture(scope="module")
def fuser(msf_model):
    return MSFFuser(msf_model)


@pytest.fixture
def paths(tmp_path, random_images):
    found = tmp_path / "low.tif", tmp_path / "guide.tif"
    for path, shape, pixel in zip(found, [(4, 40, 56), (1, 80, 112)], (4.0, 2.0), strict=True):
        profile = {"driver": "GTiff", "count": shape[0], "height": shape[1], "width": shape[2], "dtype": "uint16"}
        profile |= {"crs": "EPSG:32632", "transform": rasterio.Affine(pixel, 0, 9, 0, -pixel, 5), "nodata": 0}
        with rasterio.open(path, "w", photometric="minisblack", **profile) as dataset:
            samples = (2047 * random_images(*shape, low=0.01)).astype("uint16")
            samples[:, :16, :16] = 0
            dataset.write(samples)
    return found


@pytest.fixture
def scene(paths, fuser):
    with contextlib.ExitStack() as opened:
        rasters = [opened.enter_context(Raster(path)) for path in paths]
        reaches = fuser.runtime.reach, fuser.runtime.scale * fuser.runtime.reach
        yield Scene(*(UnitRaster(raster, 2047, reach) for raster, reach in zip(rasters, reaches, strict=True)))


WINDOWS = list(tiles(whole(40, 56), 16))


@pytest.fixture
def spread(fuser, scene, monkeypatch):
    """Fuse windows by a scripted Ray; gives it and what came of them, sorted."""

    def run(dies, workers=2):
        ray = ScriptedRay(dies)
        monkeypatch.setattr(msf_on_ray, "ray_package", lambda name: ray)
        fused = FuseOnRay(workers, 1, 0, engine_for)(fuser, scene, WINDOWS)
        return ray, sorted(fused, key=lambda each: (each.window[0].start, each.window[1].start))

    return run


def check_same(fused, fuser, scene):
    expected = list(fuse_here(fuser, scene, WINDOWS))
    assert [each.window for each in fused] == [scaled(window, 2) for window in WINDOWS]
    for one, other in zip(fused, expected, strict=True):
        np.testing.assert_array_equal(one.samples, other.samples)
        np.testing.assert_array_equal(one.valid, other.valid)


def test_all_windows_come_few_at_a_time(spread, fuser, scene):
    ray, fused = spread(lambda *_: False)
    check_same(fused, fuser, scene)
    assert (ray.started, ray.most, ray.resources) == (2, AHEAD, {"num_cpus": 1, "num_gpus": 0})
    assert sorted(ray.killed) == [0, 1]
    assert not fused[0].valid.any()


def test_dead_actors_are_replaced_and_their_windows_fused_by_others(spread, fuser, scene):
    ray, fused = spread(lambda number, method, _: method == "fuse" and number in (1, 2))
    check_same(fused, fuser, scene)
    assert ray.started == 4


def test_a_window_that_kills_again_and_again_is_told(spread):
    with pytest.raises(EnvironmentProblem, match=r"found that 3 ended with low-resolution rows 16 to 31, columns 32 "):
        spread(lambda number, method, arguments: arguments == (WINDOWS[6],))


def test_actors_that_do_not_start_are_told(spread):
    with pytest.raises(EnvironmentProblem, match=r"expected actors on its nodes, found: The actor died\."):
        spread(lambda number, method, _: method == "open")


def actor_of(fuser, paths, change=0):
    sources = [Source(path, path.stat().st_size + change, 2047, 1) for path in paths]
    return WindowActor(sources, Network.of(fuser), engine_for, {"NAMED": "so"})


def test_a_file_that_a_node_does_not_have_is_told(paths, fuser):
    missing = actor_of(fuser, paths)
    paths[1].unlink()
    for actor, found in ((missing, "none"), (actor_of(fuser, paths[:1], 7), "one of")):
        problem = actor.open()
        assert isinstance(problem, InputError)
        assert str(problem).startswith("node ")
        assert f"found {found}" in str(problem)
        assert "put inputs where all nodes see them" in str(problem)


def test_what_an_actor_meets_is_told_by_its_node(paths, fuser, monkeypatch):
    actor = actor_of(fuser, paths)
    assert actor.open() is None
    assert os.environ.pop("NAMED") == "so"

    def without_memory(*arguments):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(actor.fuser.runtime, "tile", without_memory)
        problem = actor.fuse(WINDOWS[-1])
    assert isinstance(problem, EnvironmentProblem)
    assert "expected enough memory" in str(problem)
    with paths[1].open("r+b") as file:
        file.truncate(600)
    # What was read before is in GDAL's memory.
    assert actor.open() is not None
    actor = actor_of(fuser, paths)
    assert actor.open() is None
    problem = actor.fuse(WINDOWS[-1])
    assert isinstance(problem, InputError)
    assert "guide.tif: expected a whole file" in str(problem)
    assert str(problem).startswith("node ")


def test_a_cluster_gives_the_same_bytes_though_an_actor_is_killed(paths, tmp_path, msf_model):
    pytest.importorskip("ray")
    command = [sys.executable, Path(__file__).with_name("scene_on_cluster.py"), *paths, msf_model, tmp_path / "out"]
    environment = {**os.environ, "KERAS_BACKEND": "openvino"}
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout.splitlines()[-1])
    assert told == {"killed": 1, "same": True, "left": ["local.tif", "ray.tif"]}
