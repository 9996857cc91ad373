import importlib
import shutil

import numpy as np
import pytest

from cscfuse_keras.io import write_picture
from cscfuse_keras.samples import night_road


@pytest.fixture(scope="session")
def drawn_pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    for seed, stem in enumerate(("a", "b", "c")):
        for name, image in zip(("ir", "vis"), night_road(height=64, width=80, seed=seed), strict=True):
            write_picture(folder / name / f"{stem}.png", np.rint(255 * image).astype("uint8"))
    return folder


@pytest.fixture
def pairs(drawn_pairs, tmp_path):
    """Folder of three small pairs, in colour."""
    return shutil.copytree(drawn_pairs, tmp_path / "pairs")


@pytest.fixture
def unshown():
    """Progress that nobody sees."""
    return lambda each, what, count: each


@pytest.fixture
def methods_file(tmp_path, monkeypatch):
    """A module that processes of methods can import, since tests are no package: write its text, get the module."""

    def write(text):
        folder = tmp_path / "modules"
        folder.mkdir(exist_ok=True)
        name = f"methods_of_test_{abs(hash(text))}"
        (folder / f"{name}.py").write_text(text)
        monkeypatch.syspath_prepend(folder)
        return importlib.import_module(name)

    return write
