"""Runs the examples of the pages: each block marked `sh` or `python`, in order, in one folder a page.

Blocks that name files which only the reader has are not marked so, or their page is left out.
"""

import contextlib
import os
import re
import shlex
from pathlib import Path

from click.testing import CliRunner

ROOT = Path(__file__).parents[2]
LEFT_OUT = {
    "deployment.md": "its examples run without this package: tests/docs/test_deployment.py runs them",
    "search.md": "it searches for minutes, on the reader's pictures",
}

_BLOCK = re.compile(r"^```(sh|python)\b[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of each block of a page that can be run."""
    return _BLOCK.findall(page.read_text(encoding="utf-8"))


def pages() -> list[Path]:
    """The README and the pages of `docs/` that hold examples."""
    written = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [page for page in written if page.name not in LEFT_OUT and blocks(page)]


def run_page(page: Path, folder: Path) -> None:
    """Run the examples of a page as its reader would, in this process.

    Args:
        page: Markdown file.
        folder: where the examples run, and leave their files.

    Raises:
        RuntimeError: a command failed, or is none of `cscfuse`.
        Exception: what a Python block raised.
    """
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    names = {"__name__": "__main__"}
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.chdir(folder):
        for language, text in blocks(page):
            if language == "python":
                exec(compile(text, f"{page.name}, block of Python", "exec"), names)
            else:
                for line in text.replace("\\\n", " ").splitlines():
                    _run_command(shlex.split(line, comments=True))


def _run_command(words: list[str]) -> None:
    from cscfuse_keras.cli import main

    if not words:
        return
    if words[0] != "cscfuse":
        raise RuntimeError(f"{shlex.join(words)}: expected a cscfuse command; leave blocks of others unmarked")
    done = CliRunner().invoke(main, words[1:])
    if done.exit_code:
        raise RuntimeError(f"{shlex.join(words)}: exit code {done.exit_code}: {done.output}") from done.exception
