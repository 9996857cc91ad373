"""How much memory a process holds, and held at most; as Linux tells it."""

import contextlib
import math
from pathlib import Path

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def resident() -> float:
    """Bytes of memory that this process holds; NaN where the system does not tell."""
    return _bytes("VmRSS")


def peak() -> float:
    """Most bytes that it held since the last `reset_peak`; NaN where the system does not tell."""
    return _bytes("VmHWM")


def reset_peak() -> None:
    """Count the peak from now on; where the system does not allow that, it counts from the start."""
    with contextlib.suppress(OSError):
        _RESET.write_text("5")


def _bytes(name: str) -> float:
    with contextlib.suppress(OSError):
        for line in _STATUS.read_text().splitlines():
            if line.startswith(f"{name}:"):
                return 1024.0 * int(line.split()[1])
    return math.nan
