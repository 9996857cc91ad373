from types import SimpleNamespace

import pytest

from cscfuse_keras.models.shapes import first_difference

FIRST, SECOND = SimpleNamespace(path="first", shape=(3, 3)), SimpleNamespace(path="second", shape=(4,))
WIDER = SimpleNamespace(path="other", shape=(5,))


@pytest.mark.parametrize(
    ("due", "found", "difference"),
    [
        ([FIRST, SECOND], [FIRST, SECOND], None),
        ([FIRST, SECOND], [FIRST, WIDER], "second of shape (4,), found (5,)"),
        ([FIRST, SECOND], [FIRST], "second of shape (4,), found none"),
        ([FIRST], [FIRST, WIDER], "no further weight, found other of shape (5,)"),
    ],
)
def test_the_first_difference(due, found, difference):
    assert first_difference(due, found) == difference
