"""The command line as a user meets it, for tests of what is promised when something is wrong."""

import dataclasses
import functools
import os
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from cscfuse_keras.cli import main
from cscfuse_keras.io import write_picture

TASKS = ("ivf", "mef", "msf")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a command ended: exit code, lines of standard output, lines of standard error, also those of C libraries."""

    code: int
    output: list[str]
    errors: list[str]

    def warnings(self):
        return [line for line in self.errors if line.startswith("warning: ")]


@pytest.fixture(scope="session")
def loaded_once():
    """Shipped presets loaded, and compiled for a runtime, once for all tests."""
    from cscfuse_keras.models.presets import load_preset
    from cscfuse_keras.runtimes import runtime_for
    from cscfuse_keras.tasks import ivf, mef, msf

    kept_presets, kept_runtimes = {}, {}

    @functools.wraps(load_preset)
    def load(name, *arguments, **settings):
        changed = Path(name).stat().st_mtime_ns if Path(name).is_file() else None
        key = name, changed, arguments, *settings.items()
        if key not in kept_presets:
            kept_presets[key] = load_preset(name, *arguments, **settings)
        return kept_presets[key]

    @functools.wraps(runtime_for)
    def compiled(network, fusion, engine="auto"):
        key = network, fusion, getattr(engine, "description", engine)
        if key not in kept_runtimes:
            kept_runtimes[key] = runtime_for(network, fusion, engine)
        return kept_runtimes[key]

    with pytest.MonkeyPatch.context() as patch:
        for task in (ivf, mef, msf):
            patch.setattr(task, "load_preset", load)
            patch.setattr(task, "runtime_for", compiled)
        yield


@pytest.fixture
def run(loaded_once, capfd):
    """Run `cscfuse` in this process; an error that it does not expect is raised."""

    def run(*arguments):
        given = [os.fspath(argument) if isinstance(argument, os.PathLike) else str(argument) for argument in arguments]
        capfd.readouterr()
        result = CliRunner().invoke(main, given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        noise = capfd.readouterr()
        return Outcome(
            result.exit_code,
            result.stdout.splitlines() + noise.out.splitlines(),
            result.stderr.splitlines() + noise.err.splitlines(),
        )

    return run


@pytest.fixture
def tree():
    """All files and folders below a folder, with their contents."""

    def tree(folder):
        return {path: path.read_bytes() if path.is_file() else None for path in sorted(Path(folder).rglob("*"))}

    return tree


@pytest.fixture
def refused(run, tree, tmp_path):
    """Run `cscfuse`, and assert that it ends in one line of error and changes no file; gives the line."""

    def refused(code, *arguments, words=()):
        before = tree(tmp_path)
        outcome = run(*arguments)
        assert (outcome.code, outcome.output) == (code, []), outcome
        errors = [line for line in outcome.errors if not line.startswith("warning: ")]
        assert len(errors) == 1, outcome.errors
        assert errors[0].startswith("error: ")
        assert errors[0].isprintable()
        for word in words:
            assert str(word) in errors[0]
        assert tree(tmp_path) == before
        return errors[0]

    return refused


@pytest.fixture(scope="session")
def samples_of():
    """Random samples of a dtype that fill its range."""

    def samples(*shape, dtype="uint8", seed=0):
        generator = np.random.default_rng(seed)
        if np.dtype(dtype).kind == "f":
            return generator.random(shape, dtype)
        return generator.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)

    return samples


@pytest.fixture
def partner(tmp_path, samples_of, msf_model):
    """For a task and a file of 32 x 24 pixels: the arguments that fuse it with a partner, options included.

    The file is the infrared picture, an exposure, or the guide; `other` makes it the visible picture, the other
    exposure, or the image of low resolution.
    """

    def partner(task, path, other=False, output="fused", size=(24, 32)):
        rows, columns = size
        beside = tmp_path / "beside"
        beside.mkdir(exist_ok=True)
        if task == "msf":
            fellow = beside / ("guide.png" if other else "low.npy")
            if other:
                write_picture(fellow, samples_of(rows, columns, seed=1), overwrite=True)
            else:
                np.save(fellow, samples_of(rows // 2, columns // 2, 4, dtype="uint16"))
        else:
            fellow = beside / "fellow.png"
            write_picture(fellow, samples_of(rows, columns, 3, seed=1), overwrite=True)
        # LOWRES comes first, and so does the infrared picture.
        sources = [path, fellow] if other == (task == "msf") else [fellow, path]
        suffix = "" if Path(output).suffix else {"msf": ".npy"}.get(task, ".png")
        preset = msf_model if task == "msf" else f"{task}-lite"
        return ["fuse", "--task", task, *sources, "-o", tmp_path / f"{output}{suffix}", "--preset", preset]

    return partner
