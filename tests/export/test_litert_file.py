import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from cscfuse_keras.export.litert import converted, runner_of
from cscfuse_keras.export.litert_file import compact


@pytest.fixture
def content(source):
    return converted(source)


def test_compact_files_are_smaller_and_compute_the_same(content, image):
    small = compact(content)
    assert len(small) < 0.95 * len(content)
    np.testing.assert_array_equal(runner_of(small)(image), runner_of(content)(image))


def test_compact_files_keep_the_signature(content):
    interpreter = Interpreter(model_content=compact(content))
    assert interpreter.get_signature_list() == {"serving_default": {"inputs": ["image"], "outputs": ["fused"]}}


def test_inputs_begin_with_the_usual_size_and_take_others(content, image):
    interpreter = Interpreter(model_content=compact(content))
    interpreter.allocate_tensors()
    (details,) = interpreter.get_input_details()
    assert details["shape"].tolist() == [1, 24, 32, 1]
    assert details["shape_signature"].tolist() == [1, -1, -1, 1]
    assert interpreter.get_signature_runner()(**image)["fused"].shape == (1, 17, 24, 1)


def test_weights_stay_aligned(content):
    small = compact(content)
    model = schema.Model.GetRootAs(small)
    start = np.frombuffer(small, np.uint8).__array_interface__["data"][0]
    weights = [model.Buffers(k).DataAsNumpy() for k in range(model.BuffersLength()) if model.Buffers(k).DataLength()]
    assert len(weights) >= 3
    assert {(each.__array_interface__["data"][0] - start) % 16 for each in weights} == {0}
