import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BACKENDS = {"tensorflow", "jax", "torch"}


def run_python(script, **environment):
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stdout


def test_import_is_cheap():
    loaded = run_python("import sys, cscfuse_keras, cscfuse_keras.io; print(*sys.modules, sep='\\n')").split()
    assert "cscfuse_keras" in loaded
    assert not {"keras", *BACKENDS} & set(loaded)


# What turns networks over to other packages; each is imported when that package is asked for.
FOR_OTHER_PACKAGES = (
    "cscfuse_keras/export/",
    "cscfuse_keras/deployment/tensorflow_operations",
    "cscfuse_keras/deployment/openvino_operations",
    "cscfuse_keras/runtimes/engines/openvino",
    "cscfuse_keras/runtimes/engines/litert",
    "cscfuse_keras/training/tensorflow_replicas",
)

IMPORT_ALL_WITHOUT_OTHER_PACKAGES = f"""
import importlib, pkgutil, sys
for name in ("tensorflow", "openvino", "ai_edge_litert", "ai_edge_quantizer", "onnx", "tf2onnx"):
    sys.modules[name] = None
import cscfuse_keras, pipelines
for package in (cscfuse_keras, pipelines):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        other = module.name.replace(".", "/").startswith({FOR_OTHER_PACKAGES})
        if not other and not module.name.endswith(".__main__"):
            importlib.import_module(module.name)
            print(module.name)
assert "torch" not in sys.modules, "torch was imported"
"""


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs JAX")
def test_all_modules_import_without_other_packages():
    imported = run_python(IMPORT_ALL_WITHOUT_OTHER_PACKAGES, KERAS_BACKEND="jax").split()
    assert {"cscfuse_keras.models.ivf", "cscfuse_keras.training.run", "pipelines.patches"} <= set(imported)


def imports_at_import_time(node):
    """Top-level packages that a module imports when it is itself imported."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.level == 0:
            yield (child.module or "").partition(".")[0]
        yield from imports_at_import_time(child)


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("cscfuse_keras", BACKENDS),
        ("cscfuse_keras/io", BACKENDS | {"keras"}),
        ("cscfuse_keras/metrics", BACKENDS | {"keras"}),
        ("pipelines", BACKENDS),
    ],
)
def test_no_backend_is_imported_at_import_time(folder, forbidden):
    sources = sorted((ROOT / folder).rglob("*.py"))
    assert sources
    for source in sources:
        if str(source.relative_to(ROOT)).startswith(FOR_OTHER_PACKAGES):
            continue
        found = set(imports_at_import_time(ast.parse(source.read_text())))
        assert not found & forbidden, source


def test_openvino_does_not_tell_its_makers():
    pytest.importorskip("openvino")
    script = """
import atexit, multiprocessing.process
started = []
multiprocessing.process.BaseProcess.start = lambda process: started.append(process)
# At the end, when threads have ended.
atexit.register(lambda: print(len(started)))
from cscfuse_keras.tasks.ivf import IVFFuser
IVFFuser("ivf-lite", "openvino")
"""
    assert run_python(script, KERAS_BACKEND="openvino").split() == ["0"]
