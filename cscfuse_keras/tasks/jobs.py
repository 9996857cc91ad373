"""What a command that writes many files does, one result a job."""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from cscfuse_keras.errors import CSCFuseError, InputError
from cscfuse_keras.io.outputs import Identity, check_picture, identities
from cscfuse_keras.io.paths import is_folder
from cscfuse_keras.out_of_memory import is_out_of_memory, out_of_memory


class Skipped(InputError):
    """A job is left out because the caller asked for that; this is no failure."""


@dataclasses.dataclass(frozen=True)
class Job:
    """Pictures to fuse into one.

    Attributes:
        name: shown in progress and messages.
        sources: files, in the order that the task gives them a meaning.
        output: file to write.
    """

    name: str
    sources: tuple[Path, ...]
    output: Path


def is_folder_name(output: Path) -> bool:
    """Whether an output means a folder: one that exists, or a name without a suffix."""
    return is_folder(output) or not output.suffix


def name_like(source: Path, stem: str | None = None) -> str:
    """Name of a result in the format of a source, as PNG where that is not written (WebP); the source's own stem."""
    suffix = source.suffix if source.suffix.lower() != ".webp" else ".png"
    return f"{stem or source.stem}{suffix}"


def check_outputs(
    jobs: Iterable[Job], overwrite: bool, check: Callable[[Path, Collection[Identity], bool], None] = check_picture
) -> None:
    """Find out before the work starts that every output can be written.

    Args:
        jobs: whose outputs are checked.
        overwrite: whether they may exist.
        check: a check of `cscfuse_keras.io.outputs`.

    Raises:
        UsageError: as that check; an output may be the input of no job.
        EnvironmentProblem: as that check.
    """
    inputs = identities(source for job in jobs for source in job.sources)
    for job in jobs:
        check(job.output, inputs, overwrite)


def run_all(jobs: Iterable[Job], fuse_file: Callable[[Job], None]) -> Iterator[tuple[Job, Exception | None]]:
    """Run jobs one by one; a bad one does not stop the rest.

    Yields:
        Each job when it is done, with the error that it ended in, or None.
    """
    for job in jobs:
        try:
            fuse_file(job)
        except CSCFuseError as problem:
            yield job, problem
        except Exception as problem:
            if not is_out_of_memory(problem):
                raise
            yield job, out_of_memory(str(job.name), "close other programs, or fuse a smaller image")
        else:
            yield job, None
