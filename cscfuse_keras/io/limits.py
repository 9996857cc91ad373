"""How much a file may ask for: most pixels, most memory. On by default, since a header can claim anything."""

import contextlib
import dataclasses
import math
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cscfuse_keras.errors import InputError, UsageError

PIXELS_VARIABLE, MEMORY_VARIABLE = "CSCFUSE_MAX_PIXELS", "CSCFUSE_MEMORY_LIMIT"
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


@dataclasses.dataclass(frozen=True)
class Limits:
    """What readers accept unless they are told otherwise.

    Attributes:
        pixels: largest width x height of a picture.
        memory: most bytes that one array read from a file may take.
    """

    pixels: int = 400_000_000
    memory: int = 0

    @property
    def samples(self) -> int:
        """Largest height x width x bands of an image of bands."""
        return 10 * self.pixels

    @property
    def raster_pixels(self) -> int:
        """Largest width x height of a georeferenced image, which is never held whole."""
        return 250 * self.pixels


_stated: dict[str, int] = {}


def current() -> Limits:
    """The limits that hold: those of `limited`, else of the environment's variables, else the defaults.

    The default for memory is half of what the machine, or the container, has.

    Raises:
        UsageError: a variable is set to something else than a positive number.
    """
    found = {"pixels": os.environ.get(PIXELS_VARIABLE), "memory": os.environ.get(MEMORY_VARIABLE)}
    variables = {"pixels": PIXELS_VARIABLE, "memory": MEMORY_VARIABLE}
    values = {name: parse_amount(text, variables[name]) for name, text in found.items() if text}
    values = {"memory": machine_memory() // 2, **values, **_stated}
    return Limits(**values)


@contextlib.contextmanager
def limited(*, pixels: int | None = None, memory: int | None = None) -> Iterator[None]:
    """Set limits of this process for a while.

    Args:
        pixels: largest width x height of a picture; None leaves it as it is.
        memory: most bytes that one array read from a file may take; None leaves it as it is.
    """
    before = dict(_stated)
    _stated.update({name: value for name, value in (("pixels", pixels), ("memory", memory)) if value is not None})
    try:
        yield
    finally:
        _stated.clear()
        _stated.update(before)


def parse_amount(text: str, name: str) -> int:
    """A number of pixels or bytes, such as 400000000, 400M or 2GB, in powers of ten.

    Args:
        text: what the user wrote.
        name: of the option or variable, for the message.

    Raises:
        UsageError: it is no such number, or not positive.
    """
    match = re.fullmatch(r"\s*(\d{1,18}(?:\.\d{1,9})?)\s*([kmgt]?)b?\s*", text.lower())
    amount = round(float(match[1]) * _UNITS[match[2]]) if match else 0
    if amount < 1:
        raise UsageError(f"{name}: expected a positive number such as 400M or 2GB, found {text!r}; correct it")
    return amount


def check_memory(shape: tuple[int, ...], item_bytes: int) -> None:
    """Refuse an array that a file claims to hold, before memory is taken for it.

    Raises:
        InputError: it is larger than the limit.
    """
    size, most = math.prod(shape) * item_bytes, current().memory
    if size > most:
        raise InputError(
            f"expected at most {in_units(most)} of memory for an array, found a header that claims "
            f"{' x '.join(map(str, shape))} samples, {in_units(size)}; make the image smaller, or raise the limit by "
            f"--memory-limit or {MEMORY_VARIABLE} if you trust the file"
        )


def in_units(size: int) -> str:
    """A number of bytes for people: `2.5 GB`."""
    for unit, power in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= power:
            return f"{size / power:.3g} {unit}" if size < 1000 * power else f"{size // power} {unit}"
    return f"{size} bytes"


def machine_memory() -> int:
    """Bytes of memory that the machine has, or its container may use; 8 GB where the system does not tell."""
    found: list[Any] = []
    with contextlib.suppress(AttributeError, ValueError, OSError):
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    # A container's limit: control groups, versions 2 and 1.
    for file in ("memory.max", "memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):
            found.append(int((Path("/sys/fs/cgroup") / file).read_text()))
    return min((size for size in found if size > 0), default=8 * 10**9)
