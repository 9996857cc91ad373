"""Images of many bands, written without a place on the ground; `cscfuse_keras.io.cubes` reads them."""

import os
from pathlib import Path

import numpy as np
import scipy.io
import tifffile
from tifffile import COMPRESSION, PHOTOMETRIC, PREDICTOR

from cscfuse_keras.io.atomic import replacing

CUBE_SUFFIXES = (".tif", ".tiff", ".npy", ".mat")


def write_cube(path: str | os.PathLike, samples: np.ndarray) -> None:
    """Write an image of many bands in the format that the suffix names; a kill leaves the old file or the new one.

    Args:
        path: ends in one of `CUBE_SUFFIXES`: TIFF with a page a band (deflate), NumPy, or MATLAB 5 with the array
            `fused`. Its folder is created if it is missing.
        samples: (height, width, bands).

    Raises:
        EnvironmentProblem: the file cannot be written.
    """
    path = Path(path)
    write = {".npy": _write_npy, ".mat": _write_mat}.get(path.suffix.lower(), _write_tiff)
    with replacing(path) as partial:
        write(partial, samples)


def _write_npy(path, samples):
    np.save(path, samples)


def _write_mat(path, samples):
    scipy.io.savemat(path, {"fused": samples}, do_compression=True)


def _write_tiff(path, samples):
    tifffile.imwrite(
        path,
        np.moveaxis(samples, -1, 0),
        bigtiff=samples.nbytes > 2**31,
        photometric=PHOTOMETRIC.MINISBLACK,
        compression=COMPRESSION.ADOBE_DEFLATE,
        predictor=PREDICTOR.HORIZONTAL if samples.dtype.kind in "ui" else PREDICTOR.NONE,
        metadata=None,
        software=False,
    )
