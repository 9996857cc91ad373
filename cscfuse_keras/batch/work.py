"""What a worker does with an item, whichever engine runs it."""

import contextlib
import dataclasses
import io
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

from cscfuse_keras.batch.inputs import content_hash
from cscfuse_keras.batch.places import place_of
from cscfuse_keras.errors import CSCFuseError
from cscfuse_keras.out_of_memory import is_out_of_memory, out_of_memory
from cscfuse_keras.tasks.jobs import Job, Skipped

DONE, FAILED, SKIPPED = "done", "failed", "skipped"
"""How an item ends."""


@dataclasses.dataclass(frozen=True)
class Item:
    """What a worker is given.

    Attributes:
        id: number in the record.
        sources: paths.
        output: name of the result in the output place.
        before: mark of the file that the result is to replace; None if there is none. An output with another mark is
            the item's own result, from a worker that died before it could tell.
    """

    id: int
    sources: tuple[str, ...]
    output: str
    before: str | None


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of an item.

    Attributes:
        id: number in the record.
        state: `DONE`, `FAILED` or `SKIPPED`.
        seconds: that it took.
        sha256: of the inputs, in hexadecimal digits; empty if they could not be read.
        problem: why it failed or was left out.
        exit_code: what the command returns for that.
        notes: warnings and messages.
    """

    id: int
    state: str
    seconds: float = 0.0
    sha256: str = ""
    problem: str = ""
    exit_code: int = 0
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Work:
    """What all items have in common; it goes to workers by pickle.

    Attributes:
        load: gives what fuses a job, loading the weights; called once in a worker.
        job: from sources and the file to write to the job.
        output: folder or URL of the results.
        lock: file that workers hold while they live, so that a new run waits for those of one that was killed.
        environment: variables of the workers' environment.
    """

    load: Callable[[], Callable[[Job], None]]
    job: Callable[[tuple[Path, ...], Path], Job]
    output: str
    lock: Path
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)


class Fusing:
    """Fuses items, with the weights loaded once.

    Args:
        work: what all items have in common.

    Raises:
        CSCFuseError: what all items need is not there.
    """

    def __init__(self, work: Work):
        self.work = work
        self.place = place_of(work.output)
        # Progress bars find no terminal there.
        with contextlib.redirect_stderr(io.StringIO()):
            self.fuse_file = work.load()

    def __call__(self, item: Item) -> Outcome:
        """Fuse an item, unless its result is there already."""
        start = time.perf_counter()
        told = io.StringIO()
        state, sha256, problem = DONE, "", None
        with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stderr(told):
            warnings.simplefilter("always", UserWarning)
            try:
                sources = tuple(map(Path, item.sources))
                sha256 = content_hash(sources)
                if self.place.mark(item.output) in (None, item.before):
                    with self.place.receiving(item.output) as path:
                        self.fuse_file(self.work.job(sources, path))
            except Skipped as skipped:
                state, problem = SKIPPED, skipped
            except CSCFuseError as failure:
                state, problem = FAILED, failure
            except Exception as failure:
                # One item's trouble, foreseen or not, is not that of the others.
                state, problem = FAILED, _unforeseen(failure, item)
        messages = [str(each.message) for each in warned if each.category is UserWarning]
        return Outcome(
            item.id,
            state,
            time.perf_counter() - start,
            sha256,
            str(problem or ""),
            getattr(problem, "exit_code", 0),
            (*messages, *told.getvalue().splitlines()),
        )


def _unforeseen(problem: Exception, item: Item) -> CSCFuseError:
    if is_out_of_memory(problem):
        return out_of_memory(item.output, "give --memory-limit, or fewer --workers")
    where = problem.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f" in {Path(where.tb_frame.f_code.co_filename).name}, line {where.tb_lineno}" if where else ""
    return CSCFuseError(f"{item.output}: {type(problem).__name__}: {problem}{place}")
