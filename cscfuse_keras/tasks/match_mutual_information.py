"""The affine map between two pictures of equal size whose grey values tell most of each other, by SimpleITK."""

import importlib.util

import numpy as np

from cscfuse_keras.tasks.edge_field import Matrix
from cscfuse_keras.tasks.match_edges import IDENTITY, at_size, shrunk

SIDE = 384
BINS = 32


def is_installed() -> bool:
    """Whether SimpleITK can be imported."""
    return importlib.util.find_spec("SimpleITK") is not None


def match_mutual_information(image: np.ndarray, reference: np.ndarray) -> Matrix:
    """Where pixels of the reference lie in the image; both grey, (height, width).

    Mutual information as of Mattes et al. (PET-CT Image Registration in the Chest Using Free-form Deformations, 2003),
    from coarse to fine, begun where nothing moves; the identity where the search leaves the picture.
    """
    import SimpleITK as sitk

    moving, fixed = (sitk.GetImageFromArray(shrunk(each, SIDE).astype(np.float32)) for each in (image, reference))
    start = sitk.AffineTransform(2)
    start.SetCenter([(length - 1) / 2 for length in fixed.GetSize()])
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(BINS)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(2.0, 0.01, 200)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([3, 1.5, 0])
    method.SetInitialTransform(start, inPlace=True)
    try:
        method.Execute(fixed, moving)
    except RuntimeError:
        return IDENTITY
    points = np.array([start.TransformPoint(point) for point in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))])
    matrix = np.column_stack([points[1] - points[0], points[2] - points[0], points[0]])
    return at_size(matrix, fixed.GetSize()[::-1], reference.shape)
