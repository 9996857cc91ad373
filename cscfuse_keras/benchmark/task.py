"""What a benchmark needs of a task."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from cscfuse_keras.benchmark.methods import FolderMethod, Method
from cscfuse_keras.metrics import Metric


class BenchmarkTask(Protocol):
    """Items to fuse and to judge; it travels to the methods' processes by pickle.

    Attributes:
        items: each with a `name`.
        left_over: files that are in no item, with the reason.
        settings: what results depend on beside files and method, as plain data.
        suffix: of the files that results are kept in.
        error: what the error maps show, in one sentence.
    """

    items: Sequence[Any]
    left_over: Sequence[tuple[Path, str]]
    settings: Mapping[str, Any]
    suffix: str
    error: str

    def files(self, item: Any) -> list[Path]:
        """The files of an item."""
        ...

    def read(self, item: Any) -> tuple[Any, ...]:
        """What a method is given of an item.

        Raises:
            InputError: a file cannot be read.
        """
        ...

    def fuser(self, method: Method) -> Callable[..., np.ndarray]:
        """A method made ready: from what `read` gives to the fused image, float32 in [0, 1]."""
        ...

    def write(self, path: str, fused: np.ndarray) -> None:
        """Keep a result."""
        ...

    def found(self, method: FolderMethod, item: Any) -> Path | None:
        """The file of an item's result in a folder."""
        ...

    def judged(self, item: Any) -> Any:
        """What results of an item are judged by.

        Raises:
            InputError: a file cannot be read.
        """
        ...

    def score(self, sources: Any, path: Path, metrics: Sequence[Metric]) -> dict[str, float]:
        """Values of a result that is kept in a file.

        Raises:
            InputError: the file cannot be read, or does not fit the sources.
        """
        ...

    def pictures(self, sources: Any, results: Mapping[str, Path]) -> dict[str, np.ndarray]:
        """Pictures of an item for people, uint8 by title: results by method, what was fused, error maps."""
        ...
