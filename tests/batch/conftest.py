import functools
import importlib
import sys

import pytest

from cscfuse_keras.batch.work import Work

COPYING = '''
"""What fuses by copying its first source, or does what that says: what is tested is who survives it."""

import os
import shutil
import signal
from pathlib import Path

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.atomic import write_bytes
from cscfuse_keras.tasks.jobs import Job


def load(folder):
    return lambda job: fuse(job, Path(folder))


def job(sources, path):
    return Job(path.stem, sources, path)


def unusable():
    raise InputError("model.keras: expected a model, found none; name another")


def fuse(job, folder):
    said = job.sources[0].read_text()
    log = folder / f"{job.output.stem}.log"
    with log.open("a") as file:
        file.write("called\\n")
    first = log.read_text().count("called") == 1
    if said == "always dies" or (said == "dies once" and first):
        os.kill(os.getpid(), signal.SIGKILL)
    if said == "bad":
        raise InputError(f"{job.sources[0]}: expected a picture, found none; copy it again")
    if said == "unforeseen":
        raise KeyError("x")
    write_bytes(job.output, said.encode())
    if said == "dies after writing" and first:
        os.kill(os.getpid(), signal.SIGKILL)
'''


@pytest.fixture
def work(tmp_path, monkeypatch):
    """Work for which no weights are loaded; each item's calls are lines of `calls/OUTPUT.log`."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "calls").mkdir()
    (tmp_path / "modules" / "copying.py").write_text(COPYING)
    monkeypatch.syspath_prepend(tmp_path / "modules")
    copying = importlib.import_module("copying")
    load = functools.partial(copying.load, str(tmp_path / "calls"))
    yield Work(load, copying.job, str(tmp_path / "out"), tmp_path / "workers")
    sys.modules.pop("copying")
