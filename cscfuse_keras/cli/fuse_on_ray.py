"""What `cscfuse fuse --engine ray` needs beside a cluster: one large scene, and how its actors load what computes."""

import functools
import os
from collections.abc import Sequence

from cscfuse_keras.cli.cluster_options import OnCluster
from cscfuse_keras.cli.quiet import load_keras
from cscfuse_keras.errors import UsageError
from cscfuse_keras.io import limits
from cscfuse_keras.io.rasters import is_georeferenced
from cscfuse_keras.runtimes.engines import Engine, computes_with_keras, engine_for
from cscfuse_keras.tasks.jobs import Job
from cscfuse_keras.tasks.msf_on_ray import FuseOnRay


def check_one_scene(task: str, jobs: Sequence[Job]) -> None:
    """Refuse what is not spread over a cluster.

    Raises:
        UsageError: it is no scene of GeoTIFF files.
    """
    if task != "msf" or not is_georeferenced(jobs[0].sources[0]):
        found = f"--task {task}" if task != "msf" else str(jobs[0].sources[0])
        raise UsageError(
            f"--engine ray: expected --task msf and two GeoTIFF files, found {found}; leave it out, or for many "
            "pictures use cscfuse batch --engine ray"
        )


def spread_on(
    cluster: OnCluster, runtime: str, threads: int | None, precision: str, memory_limit: str | None
) -> FuseOnRay:
    """What spreads windows over the workers of a cluster.

    Args:
        cluster: whose workers fuse.
        runtime: as `--runtime`; `auto` is what it is here.
        threads: of a worker; as many as it has processors by default.
        precision: as `--precision`.
        memory_limit: as `--memory-limit`.
    """
    with_keras = computes_with_keras(runtime)
    if runtime == "auto":
        runtime = "keras" if with_keras else "openvino"
    environment = {limits.PIXELS_VARIABLE: str(limits.current().pixels)}
    if memory_limit:
        environment[limits.MEMORY_VARIABLE] = memory_limit
    if with_keras and (backend := os.environ.get("KERAS_BACKEND")):
        environment["KERAS_BACKEND"] = backend
    load = functools.partial(load_engine, runtime, threads or cluster.threads, precision)
    return FuseOnRay(cluster.workers, cluster.cpus, cluster.gpus, load, environment)


def load_engine(runtime: str, threads: int, precision: str) -> Engine:
    """What computes, in a worker."""
    load_keras(computes_with_keras(runtime))
    return engine_for(runtime, threads, precision)
