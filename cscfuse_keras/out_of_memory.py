"""Too little memory: told from other errors whatever library met it, and met by computing less at a time."""

from collections.abc import Callable
from typing import TypeVar

from cscfuse_keras.errors import CSCFuseError, EnvironmentProblem

_Result = TypeVar("_Result")

# TensorFlow's error has a name of its own; what others raise (RuntimeError, cv2.error, jaxlib's) only says it.
_NAMES = ("MemoryError", "_ArrayMemoryError", "ResourceExhaustedError", "OutOfMemoryError")
_WORDS = (
    "bad_alloc",
    "out of memory",
    "outofmemory",
    "insufficient memory",
    "not enough memory",
    "cannot allocate memory",
    "failed to allocate",
    "could not allocate",
    "can't allocate",
    "oom when allocating",
)


def is_out_of_memory(problem: BaseException) -> bool:
    """Whether an error says that memory ran out."""
    if isinstance(problem, CSCFuseError):
        return False
    text = str(problem).lower()
    # TensorFlow calls a full disk by the same name.
    return (type(problem).__name__ in _NAMES and "no space left" not in text) or any(words in text for words in _WORDS)


def out_of_memory(what: str, remedy: str) -> EnvironmentProblem:
    """The error that a user can act on."""
    return EnvironmentProblem(f"{what}: expected enough memory, found too little; {remedy}")


def with_halved_tile(run: Callable[[int], _Result], tile: int, least: int) -> _Result:
    """Run something tile by tile, with tiles of half the side again and again where memory does not suffice.

    Args:
        run: from the side of the tiles to a result that does not depend on it.
        tile: side to begin with.
        least: smallest side that makes sense; smaller ones are not tried.

    Raises:
        EnvironmentProblem: memory does not suffice for the smallest tiles.
    """
    while True:
        try:
            return run(tile)
        except Exception as problem:
            if not is_out_of_memory(problem):
                raise
            if tile // 2 < least:
                raise out_of_memory(
                    f"tiles of {tile} x {tile} pixels", "close other programs, or fuse a part of the image"
                ) from problem
        # Here the error is gone, and with it the arrays that its traceback holds.
        tile //= 2
