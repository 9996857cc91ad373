"""Workers on a Ray cluster."""

import itertools
import logging
import pickle
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from cscfuse_keras.batch.work import Item, Outcome, Work
from cscfuse_keras.batch.worker_process import WorkerProcess, died
from cscfuse_keras.cluster import MOST_ATTEMPTS, ray_package, unusable
from cscfuse_keras.errors import CSCFuseError

ROUND = 20_000
"""Items that Ray is given at once: the driver's memory holds no more, however many there are."""

BLOCK = 8
"""Items that go to an actor, and whose outcomes come back, together."""


class FusingActor:
    """Fuses blocks of items, in a process beside it: what kills that one leaves the actor to count the deaths."""

    def __init__(self, work: Work):
        self.process = WorkerProcess(work)

    def __call__(self, block: Mapping[str, Any]) -> dict[str, Any]:
        """Give the pickled outcome of each pickled item, or the error that stops all."""
        return {"outcome": [pickle.dumps(self._fused(pickle.loads(item))) for item in block["item"]]}

    def _fused(self, item: Item) -> Outcome | CSCFuseError:
        try:
            return self.process.fuse(item)
        except CSCFuseError as problem:
            return problem


def _tried_a_few_times() -> dict[str, int]:
    """Actors are started anew however often they die, but a block of items may not kill many."""
    return {"max_restarts": -1, "max_task_retries": MOST_ATTEMPTS}


def run_on_ray(items: Iterator[Item], work: Work, workers: int, cpus: float, gpus: float) -> Iterator[Outcome]:
    """Fuse items in actors of the cluster that this process is part of.

    Reading, fusing and writing is theirs; only outcomes come back.

    Args:
        items: what to fuse.
        work: what they have in common.
        workers: how many actors, at most.
        cpus: processors of each; Ray counts them, and places actors by that.
        gpus: GPUs of each; 0.25 lets four share one.

    Yields:
        What became of each, as they end. Those of an actor that died are tried again.

    Raises:
        CSCFuseError: no item can be fused, for what the error tells.
    """
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = ray_package("ray.data").DataContext.get_current()
    context.enable_progress_bars = False
    # Blocks whose actor died again and again are lost; their items are counted below.
    context.max_errored_blocks = -1
    lost: dict[Item, int] = {}
    while some := [*lost, *itertools.islice(items, ROUND)]:
        left = {item.id: item for item in some}
        for outcome in _round(some, work, workers, cpus, gpus):
            if isinstance(outcome, CSCFuseError):
                raise outcome
            del left[outcome.id]
            yield outcome
        lost = {item: lost.get(item, 0) + 1 for item in left.values()}
        for item in [item for item, times in lost.items() if times >= MOST_ATTEMPTS]:
            del lost[item]
            yield died(item, "with their actors")


def _round(items, work, workers, cpus, gpus) -> Iterator[Outcome | CSCFuseError]:
    ray, data = ray_package("ray"), ray_package("ray.data")
    blocks = -(-len(items) // BLOCK)
    rows = [{"item": pickle.dumps(item)} for item in items]
    with warnings.catch_warnings():
        # Until Ray has another way to bound how often a block is tried.
        warnings.filterwarnings("ignore", message=".*ray_remote_args_fn")
        outcomes = data.from_items(rows, override_num_blocks=blocks).map_batches(
            FusingActor,
            fn_constructor_args=(work,),
            batch_size=None,
            compute=data.ActorPoolStrategy(min_size=1, max_size=max(1, min(workers, blocks))),
            num_cpus=cpus,
            num_gpus=gpus,
            ray_remote_args_fn=_tried_a_few_times,
        )
    try:
        for batch in outcomes.iter_batches(batch_size=None, prefetch_batches=0):
            yield from map(pickle.loads, batch["outcome"])
    except ray.exceptions.RayError as problem:
        raise unusable(problem) from problem
