import numpy as np
import pytest

from cscfuse_keras.errors import EnvironmentProblem
from cscfuse_keras.io.cube_files import write_cube
from cscfuse_keras.io.cubes import read_cube


@pytest.mark.parametrize("suffix", [".npy", ".mat", ".tif", ".TIFF"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("bands", [1, 3, 31])
def test_is_read_as_written(suffix, dtype, bands, tmp_path):
    samples = (np.random.default_rng(0).random((6, 5, bands)) * (1 if dtype == "float32" else 255)).astype(dtype)
    path = tmp_path / "new" / f"cube{suffix}"
    write_cube(path, samples)
    if (suffix, bands) == (".mat", 1):
        # MATLAB knows no last axis of length 1.
        path = f"{path}:fused"
    cube = read_cube(path)
    np.testing.assert_array_equal(cube.samples, samples)
    assert cube.samples.dtype == samples.dtype


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentProblem, match="expected to write the file"):
        write_cube(tmp_path / "file" / "cube.npy", np.zeros((2, 2, 2)))
