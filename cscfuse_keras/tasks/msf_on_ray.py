"""Windows of georeferenced files, fused by actors of a Ray cluster."""

import collections
import dataclasses
import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from cscfuse_keras.cluster import MOST_ATTEMPTS, ray_package, unusable
from cscfuse_keras.errors import CSCFuseError, EnvironmentProblem, InputError
from cscfuse_keras.io.rasters import Raster
from cscfuse_keras.out_of_memory import is_out_of_memory, out_of_memory
from cscfuse_keras.runtimes.engines import Engine
from cscfuse_keras.runtimes.tiles import Window
from cscfuse_keras.tasks.msf_windows import FusedWindow, Scene, fuse_window
from cscfuse_keras.tasks.unit_raster import UnitRaster

if TYPE_CHECKING:
    from cscfuse_keras.tasks.msf import MSFFuser

AHEAD = 2
"""Windows that an actor has at a time, so that it need not wait for the driver, and the driver for no more memory."""


@dataclasses.dataclass(frozen=True)
class Source:
    """A file of the scene, as the driver found it.

    Attributes:
        path: absolute; the same on all nodes.
        length: in bytes.
        full_scale: the sample value that means 1.0.
        reach: pixels on all sides of a pixel that its result depends on.
    """

    path: Path
    length: int
    full_scale: float
    reach: int


@dataclasses.dataclass(frozen=True)
class Network:
    """A model as plain data.

    Attributes:
        settings: of its class of settings.
        weights: in Keras' order.
    """

    settings: dict[str, Any]
    weights: list[np.ndarray]

    @classmethod
    def of(cls, fuser: "MSFFuser") -> Self:
        """What a fuser fuses with."""
        from cscfuse_keras.models.msf import settings_of

        model = fuser.preset.model
        return cls(settings_of(model).to_dict(), model.get_weights())

    def fuser(self, engine: Engine) -> "MSFFuser":
        """What fuses with it."""
        # Imports Keras.
        from cscfuse_keras.models.msf import MSFConfig, build_network
        from cscfuse_keras.tasks.msf import MSFFuser

        model = build_network(MSFConfig.from_dict(self.settings))
        model.set_weights(self.weights)
        return MSFFuser(model, engine)


class WindowActor:
    """Fuses windows in a process of its own, with files and weights opened once.

    Args:
        sources: low-resolution file and guide.
        network: the very settings and weights that the driver has, wherever they are from.
        load_engine: gives what computes.
        environment: variables of the driver's environment that matter.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        network: "Network",
        load_engine: Callable[[], Engine],
        environment: Mapping[str, str],
    ):
        self.sources, self.network, self.load_engine = sources, network, load_engine
        os.environ.update(environment)

    def open(self) -> CSCFuseError | None:
        """Get ready for windows; gives the error that keeps from it."""
        try:
            self.fuser = self.network.fuser(self.load_engine())
            self.scene = Scene(*map(_opened, self.sources))
        except CSCFuseError as problem:
            return type(problem)(f"node {platform.node()}: {problem}")
        return None

    def fuse(self, window: Window) -> FusedWindow | CSCFuseError:
        """Fuse a window of the low-resolution image; gives the error that keeps from it."""
        try:
            return fuse_window(self.fuser, self.scene, window)
        except CSCFuseError as problem:
            return type(problem)(f"node {platform.node()}: {problem}")
        except Exception as problem:
            if not is_out_of_memory(problem):
                raise
            return out_of_memory(f"node {platform.node()}", "give --tile, or fewer workers by more --cpus for each")


@dataclasses.dataclass(frozen=True)
class FuseOnRay:
    """Spreads windows over actors of the cluster that this process is part of, see `cscfuse_keras.cluster`.

    Only so many windows as the actors have at a time are in the object store, whatever the size of the scene. An actor
    that dies is replaced, and its windows are fused by others.

    Attributes:
        workers: how many actors.
        cpus: processors of each; Ray counts them, and places actors by that.
        gpus: GPUs of each; 0.25 lets four share one.
        load_engine: gives what computes; called once in an actor, before Keras is imported there.
        environment: variables of the actors' environment.
    """

    workers: int
    cpus: float
    gpus: float
    load_engine: Callable[[], Engine]
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __call__(self, fuser: "MSFFuser", scene: Scene, windows: Sequence[Window]) -> Iterator[FusedWindow]:
        """Fuse windows; they come in the order in which they end.

        Raises:
            InputError: a node cannot read a file.
            EnvironmentProblem: actors do not start, or die of a window again and again.
        """
        ray = ray_package("ray")
        sources = [
            Source(path := image.raster.path.absolute(), path.stat().st_size, image.full_scale, image.reach)
            for image in scene
        ]
        arguments = sources, ray.put(Network.of(fuser)), self.load_engine, self.environment
        kind = ray.remote(num_cpus=self.cpus, num_gpus=self.gpus)(WindowActor)
        pool = _Pool(ray, lambda: kind.remote(*arguments), min(self.workers, len(windows)))
        try:
            yield from pool.fused(windows)
        finally:
            pool.end()


class _Pool:
    """Actors at work on windows."""

    def __init__(self, ray: Any, new_actor: Callable[[], Any], size: int):
        self.ray, self.new_actor = ray, new_actor
        self.actors: set[Any] = set()
        self.deaths: collections.Counter[str | None] = collections.Counter()
        self.at_work: dict[Any, tuple[Any, Window | None]] = {}
        for _ in range(size):
            self._start()

    def fused(self, windows: Sequence[Window]) -> Iterator[FusedWindow]:
        todo, left = collections.deque(windows), len(windows)
        while left:
            # What others have ready stays where it is meanwhile.
            [reference], _ = self.ray.wait(list(self.at_work), num_returns=1, fetch_local=False)
            actor, window = self.at_work.pop(reference)
            try:
                result = self.ray.get(reference)
            except self.ray.exceptions.RayTaskError:
                raise
            except self.ray.exceptions.RayError as problem:
                if window is not None:
                    todo.appendleft(window)
                # What else it had ends in the same way; that is no death of its own.
                if actor in self.actors:
                    self._replace(actor, window, problem)
                continue
            if isinstance(result, CSCFuseError):
                raise result
            if actor in self.actors:
                for _ in range(min(AHEAD if window is None else 1, len(todo))):
                    self._give(actor, todo.popleft())
            if window is None:
                self.deaths.pop(None, None)
            else:
                left -= 1
                yield result

    def end(self) -> None:
        for actor in self.actors:
            self.ray.kill(actor)

    def _replace(self, actor: Any, window: Window | None, problem: Exception) -> None:
        """Another actor for one that died of a window, or of its start (None)."""
        self.actors.remove(actor)
        self.ray.kill(actor)
        key = None if window is None else str(window)
        self.deaths[key] += 1
        if self.deaths[key] >= MOST_ATTEMPTS:
            raise (unusable(problem) if window is None else _died(window)) from problem
        self._start()

    def _start(self) -> None:
        actor = self.new_actor()
        self.actors.add(actor)
        self.at_work[actor.open.remote()] = actor, None

    def _give(self, actor: Any, window: Window) -> None:
        self.at_work[actor.fuse.remote(window)] = actor, window


def _opened(source: Source) -> UnitRaster:
    length = source.path.stat().st_size if source.path.is_file() else None
    if length != source.length:
        found = "none" if length is None else f"one of {length}"
        raise InputError(
            f"{source.path}: expected the same file of {source.length} bytes as where the command runs, found {found}; "
            "put inputs where all nodes see them by one path"
        )
    return UnitRaster(Raster(source.path), source.full_scale, source.reach)


def _died(window: Window) -> EnvironmentProblem:
    rows, columns = (f"{span.start} to {span.stop - 1}" for span in window)
    return EnvironmentProblem(
        f"cluster: expected actors that survive their windows, found that {MOST_ATTEMPTS} ended with low-resolution "
        f"rows {rows}, columns {columns}; they may take too much memory: give a smaller --tile, or more --cpus for each"
    )
