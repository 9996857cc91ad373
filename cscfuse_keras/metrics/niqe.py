"""NIQE: how far the statistics of a picture's patches are from those of pristine pictures."""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.matlab_files import NumericArray, list_arrays, read_array
from cscfuse_keras.metrics.grey_images import GreyImage
from cscfuse_keras.metrics.half_size import half_size
from cscfuse_keras.metrics.model_files import read_model_file
from cscfuse_keras.metrics.natural_scene_statistics import (
    blocks,
    contrast_normalised,
    fit_asymmetric_gaussian,
    neighbour_products,
)
from cscfuse_keras.metrics.rgb_to_grey import eight_bit_grey

_FEATURES = 36
_SIDE = 96
# A MATLAB file of the two variables has 11 kB; what such a small file can unpack to does no harm.
_LARGEST_FILE = 2**16


@dataclass(frozen=True, eq=False)
class Niqe:
    """NIQE with the pristine model of a file, a function of a picture.

    Mittal, Soundararajan, Bovik, Making a "Completely Blind" Image Quality Analyzer, IEEE Signal Processing Letters
    20(3), 2013, as its authors' implementation computes it.

    Attributes:
        name: the model's file, for reports.
        mean: mean of the features of pristine patches, of shape (36,).
        covariance: their covariance, of shape (36, 36).
    """

    name: str
    mean: npt.NDArray[np.float64]
    covariance: npt.NDArray[np.float64]

    @classmethod
    def load(cls, path: str | os.PathLike) -> Self:
        """Read the file of the release, or another of such form.

        Args:
            path: MATLAB file (version 5) with `mu_prisparam`, 1 x 36, and `cov_prisparam`, 36 x 36.

        Raises:
            InputError: the file is missing or is not such a file.
        """
        file = read_model_file(path, "NIQE's pristine model", _LARGEST_FILE)
        try:
            mean, covariance = _pristine_model(file.content)
        except ValueError as problem:
            raise InputError(
                f"{str(path)!r}: expected a MATLAB file (version 5) with mu_prisparam (1 x {_FEATURES}) and "
                f"cov_prisparam ({_FEATURES} x {_FEATURES}), found {problem}; give NIQE's model file"
            ) from None
        return cls(file.name, mean, covariance)

    def __call__(self, fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike] = ()) -> float:
        """Return the distance sqrt(d' ((C + C0)/2)^-1 d) of the means, d, with both covariances C and C0.

        Args:
            fused: uint8 RGB of shape (height, width, 3), or grey of shape (height, width) in 0..255, with room for two
                patches of 96 x 96. What is right of or below the last whole patch is not judged.
            sources: not used.

        Returns:
            A value from 0 (best); NaN where fewer than two patches have a value of every feature, as in a constant
            picture.

        Raises:
            InputError: the picture is too small or is not what `eight_bit_grey` asks.
        """
        image = eight_bit_grey(fused, minimum_size=_SIDE)
        rows, columns = (length // _SIDE for length in image.shape)
        if rows * columns < 2:
            raise InputError(
                f"fused image: expected room for two patches of {_SIDE} x {_SIDE} pixels, found "
                f"{image.shape[0]} x {image.shape[1]}; use a larger image or leave this metric out"
            )
        features = niqe_features(image[: rows * _SIDE, : columns * _SIDE])
        features = features[~np.isnan(features).any(axis=1)]
        if len(features) < 2:
            return float("nan")
        difference = features.mean(axis=0) - self.mean
        covariance = (self.covariance + np.cov(features, rowvar=False)) / 2
        return float(np.sqrt(difference @ np.linalg.pinv(covariance) @ difference))


def niqe_features(image: GreyImage) -> npt.NDArray[np.float64]:
    """Return the 36 features of each patch of a grey image: 18 of each of two scales.

    These are shape and width of the coefficients, and shape, mean, left and right width of the products of neighbours
    in four directions. The image continues beyond its border with the border's value.

    Args:
        image: array in 0..255 whose height and width are multiples of 96.

    Returns:
        Array of shape (patches, 36); NaN where coefficients or products are not on both sides of 0.
    """
    features = []
    for side in (_SIDE, _SIDE // 2):
        patches = blocks(contrast_normalised(image, cv2.BORDER_REPLICATE), side)
        fit = fit_asymmetric_gaussian(patches)
        features += [fit.shape, (fit.left_scale + fit.right_scale) / 2]
        for products in neighbour_products(patches):
            fit = fit_asymmetric_gaussian(products)
            features += [fit.shape, fit.mean, fit.left_scale, fit.right_scale]
        image = half_size(image)
    return np.stack(features, axis=1)


def _pristine_model(content: bytes) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean and covariance from the bytes of a MATLAB file; ValueError says what was found instead."""
    shapes = {"mu_prisparam": (1, _FEATURES), "cov_prisparam": (_FEATURES, _FEATURES)}
    expected = {name: NumericArray(shape, np.dtype(np.float64)) for name, shape in shapes.items()}
    try:
        file = io.BytesIO(content)
        found = {name: array for name, array in list_arrays(file).items() if name in expected}
        values = {name: read_array(file, name) for name in expected} if found == expected else {}
    except Exception as problem:  # Damaged files give errors of many types.
        raise ValueError(f"no readable one ({type(problem).__name__})") from None
    if not values:
        raise ValueError("none or other forms of them")
    mean, covariance = (np.asarray(values[name], dtype=np.float64) for name in expected)
    if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
        raise ValueError("numbers that are not finite")
    if not np.allclose(covariance, covariance.T) or np.linalg.eigvalsh(covariance)[0] <= 0:
        raise ValueError("a covariance that is not symmetric and positive definite")
    return mean[0], covariance
