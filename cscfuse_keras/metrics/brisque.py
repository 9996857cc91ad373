"""BRISQUE: the quality that people would give a picture, predicted from its natural scene statistics."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.grey_images import GreyImage
from cscfuse_keras.metrics.half_size import half_size
from cscfuse_keras.metrics.model_files import read_model_file
from cscfuse_keras.metrics.natural_scene_statistics import (
    contrast_normalised,
    fit_asymmetric_gaussian,
    gaussian_shape,
    neighbour_products,
)
from cscfuse_keras.metrics.rgb_to_grey import eight_bit_grey
from cscfuse_keras.metrics.support_vector_regression import FeatureScaling, SupportVectorRegression

_FEATURES = 36
_SCALES = 2
# The window fits in the picture on both scales.
_MINIMUM_SIZE = 14
_LARGEST_FILE = 16 * 2**20


@dataclass(frozen=True, eq=False)
class Brisque:
    """BRISQUE with the model of a file, a function of a picture.

    Mittal, Moorthy, Bovik, No-Reference Image Quality Assessment in the Spatial Domain, IEEE Transactions on Image
    Processing 21(12), 2012, as its authors' implementation computes it.

    Attributes:
        name: the model's files, for reports.
        scaling: ranges of the features.
        regression: from scaled features to the score.
    """

    name: str
    scaling: FeatureScaling
    regression: SupportVectorRegression

    @classmethod
    def load(cls, model_path: str | os.PathLike, range_path: str | os.PathLike | None = None) -> Self:
        """Read the two files of the release, or such files of libsvm for the same 36 features.

        Args:
            model_path: the epsilon-SVR with an RBF kernel, such as `brisque_allmodel`.
            range_path: the ranges of the features; by default the file beside the model whose name has "range" for
                "model", such as `brisque_allrange`.

        Raises:
            InputError: a file is missing or is not such a file.
        """
        model_path = Path(model_path)
        if range_path is None:
            range_path = model_path.with_name(model_path.name.replace("model", "range"))
        model = read_model_file(model_path, "BRISQUE's libsvm model", _LARGEST_FILE)
        ranges = read_model_file(range_path, "the ranges of BRISQUE's features beside its model", _LARGEST_FILE)
        try:
            regression = SupportVectorRegression.parse(model.content, _FEATURES)
        except ValueError as problem:
            raise InputError(
                f"{str(model_path)!r}: expected an epsilon-SVR of libsvm with an RBF kernel over {_FEATURES} features, "
                f"found {problem}; give BRISQUE's model file"
            ) from None
        try:
            scaling = FeatureScaling.parse(ranges.content, _FEATURES)
        except ValueError as problem:
            raise InputError(
                f"{str(range_path)!r}: expected the ranges of {_FEATURES} features as written by svm-scale, "
                f"found {problem}; give the ranges that belong to BRISQUE's model"
            ) from None
        return cls(f"{model.name}, {ranges.name}", scaling, regression)

    def __call__(self, fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike] = ()) -> float:
        """Return the predicted score.

        Args:
            fused: uint8 RGB of shape (height, width, 3), or grey of shape (height, width) in 0..255, at least
                14 x 14.
            sources: not used.

        Returns:
            With the release's model mostly 0 (best) to 100, and no value is impossible; NaN where the statistics have
            no value, as for a constant picture.

        Raises:
            InputError: the picture is not what `eight_bit_grey` asks.
        """
        features = brisque_features(eight_bit_grey(fused, minimum_size=_MINIMUM_SIZE))
        return self.regression(self.scaling(features))


def brisque_features(image: GreyImage) -> npt.NDArray[np.float64]:
    """Return the 36 features of a grey image: 18 of each of two scales.

    These are shape and variance of the coefficients, and shape, mean, left and right variance of the products of
    neighbours in four directions. The image is 0 beyond its border.

    Args:
        image: array of shape (height, width) in 0..255.

    Returns:
        Array of shape (36,); NaN where products are not on both sides of 0.
    """
    features = []
    for _ in range(_SCALES):
        coefficients = contrast_normalised(image, cv2.BORDER_CONSTANT)
        features += [gaussian_shape(coefficients), np.mean(np.square(coefficients))]
        for products in neighbour_products(coefficients[np.newaxis]):
            fit = fit_asymmetric_gaussian(products)
            features += [fit.shape[0], fit.mean[0], fit.left_variance[0], fit.right_variance[0]]
        image = half_size(image)
    return np.array(features)
