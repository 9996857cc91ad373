"""Two sources whose content differs."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def sources():
    """A bright disc in one image, stripes in the other."""
    rows, columns = np.mgrid[:64, :64]
    disc = 0.2 + 0.6 * ((rows - 32) ** 2 + (columns - 32) ** 2 < 200)
    stripes = 0.3 + 0.3 * (columns // 4 % 2)
    return np.stack([disc, stripes], axis=-1)[None].astype("float32")
