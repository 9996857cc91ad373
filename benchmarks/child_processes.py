"""Processes that a script started, so that it kills none but its own (Linux)."""

import contextlib
from pathlib import Path


def descendants(pid):
    """Numbers of all processes below one."""
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, children.read_text().split()):
                found += [child, *descendants(child)]
    return found
