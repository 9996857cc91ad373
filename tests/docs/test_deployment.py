"""The examples of docs/deployment.md, on files of a small network under the names they use."""

import re
import subprocess
import sys
from pathlib import Path

import cv2
import keras
import numpy as np
import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "deployment.md").read_text()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Folder with pictures, and what `cscfuse export` makes of a network."""
    from cscfuse_keras.export.export import Export, export
    from cscfuse_keras.models.ivf_pyramid import IVFPyramidConfig, build_fusion
    from cscfuse_keras.samples import night_road

    keras.utils.set_random_seed(0)
    folder = tmp_path_factory.mktemp("deployed")
    preset = folder / "ivf-lite.keras"
    build_fusion(IVFPyramidConfig(levels=2, units=1, code_channels=4, context_channels=2)).save(preset)
    export("ivf", str(preset), Export(), folder)
    export("ivf", str(preset), Export(formats=("tflite",), size=(480, 640)), folder)
    infrared, visible = night_road(120, 160)
    cv2.imwrite(str(folder / "infrared.png"), np.rint(255 * infrared))
    cv2.imwrite(str(folder / "visible.png"), np.rint(255 * visible[..., ::-1]))
    return folder


def example(heading: str) -> str:
    section = PAGE.split(f"\n## {heading}", 1)[1].split("\n## ")[0]
    (text,) = re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)
    return text


def run(text: str, folder: Path) -> None:
    # Without this package, and from another folder than its own.
    done = subprocess.run([sys.executable, "-c", text], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_litert_example_gives_the_picture_of_the_command(folder, tmp_path):
    from cscfuse_keras.tasks.ivf import IVFFuser

    text = example("LiteRT in Python")
    assert "cscfuse" not in text
    assert len(text.strip().splitlines()) <= 10
    run(text, folder)
    infrared = cv2.imread(str(folder / "infrared.png"), cv2.IMREAD_GRAYSCALE) / np.float32(255)
    visible = cv2.imread(str(folder / "visible.png"))[..., ::-1] / np.float32(255)
    expected = 255 * IVFFuser(folder / "ivf-lite.keras", "keras").fuse(infrared, visible)
    np.testing.assert_allclose(cv2.imread(str(folder / "fused.png"))[..., ::-1], expected, atol=0.52)


def test_saved_model_example_needs_tensorflow_alone(folder):
    check = "import sys\nassert fused.shape == (1, 480, 640, 3)\nassert 'cscfuse_keras' not in sys.modules\n"
    run(example("SavedModel") + check, folder)


@pytest.mark.parametrize(
    ("heading", "uses"),
    [
        ("Android", {"infrared": r'"(infrared)" to', "visible": r'"(visible)" to', "fused": r'"(fused)" to'}),
        (
            "iOS",
            {
                "infrared": r'toInputNamed: "(infrared)"',
                "visible": r'toInputNamed: "(visible)"',
                "fused": r'output\(named: "(fused)"',
            },
        ),
    ],
)
def test_snippets_for_phones_name_what_the_file_has(heading, uses, folder):
    from ai_edge_litert.interpreter import Interpreter

    text = example(heading)
    interpreter = Interpreter(str(folder / "ivf-lite-480x640.tflite"))
    (name,) = interpreter.get_signature_list()
    assert f'"{name}"' in text
    runner = interpreter.get_signature_runner(name)
    assert set(runner.get_input_details()) | set(runner.get_output_details()) == set(uses)
    assert all(re.search(pattern, text) for pattern in uses.values())
    shapes = [tuple(each["shape"]) for each in (runner.get_input_details() | runner.get_output_details()).values()]
    assert sorted(shapes) == [(1, 480, 640, 1), (1, 480, 640, 3), (1, 480, 640, 3)]
    assert "480 x 640 x 3" in text
