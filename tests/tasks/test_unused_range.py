from pathlib import Path

import numpy as np
import pytest

from cscfuse_keras.tasks.unused_range import warn_of_unused_range


@pytest.mark.parametrize(
    ("greatest", "dtype"), [(4095, "uint16"), (16383, "uint16"), (8000, "int16"), (65535, "uint32")]
)
def test_a_hint_below_a_quarter(greatest, dtype):
    with pytest.warns(UserWarning, match=rf"^a\.png: samples reach {greatest} of \d+; .* by --option, 4095"):
        warn_of_unused_range(greatest, np.dtype(dtype), Path("a.png"), "--option")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("greatest", "dtype"), [(16384, "uint16"), (3, "uint8"), (0.1, "float32")])
def test_no_hint_else(greatest, dtype):
    warn_of_unused_range(greatest, np.dtype(dtype), Path("a.png"))
