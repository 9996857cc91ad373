"""All metrics of one fused result at once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics.registry import Metric, metrics_for
from cscfuse_keras.metrics.rgb_to_grey import eight_bit_grey

# Each holds some ten maps of the images' size.
_AT_A_TIME = 2


def evaluate_ivf(
    fused: npt.ArrayLike,
    infrared: npt.ArrayLike,
    visible: npt.ArrayLike,
    metrics: Sequence[Metric] | None = None,
) -> dict[str, float]:
    """Return metrics of an infrared-visible fusion, computed side by side.

    Args:
        fused: fused luma, uint8 of shape (height, width), at least 41 x 41 (161 x 161 for MS-SSIM). A float result in
            [0, 1] must be **rounded** to uint8 (`np.rint(255 * image)`), not truncated, to compare with published
            numbers.
        infrared: uint8 of the same shape.
        visible: luma of the visible image, uint8 of the same shape.
        metrics: rows such as `metrics_named("ivf", "all")`; by default `metrics_for("ivf", None)`.

    Returns:
        The values by the metrics' names, in the order of the rows; NaN where a definition has no value for these
        images.

    Raises:
        InputError: an image is not uint8 (a float's scale would be a guess), not 2-D or too small, or shapes
            differ.
    """
    images = {"fused": fused, "infrared": infrared, "visible": visible}
    fused_levels, *sources = (_eight_bit(image, name).astype(np.float64) for name, image in images.items())
    rows = metrics_for("ivf", definitions=None) if metrics is None else metrics
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        values = pool.map(lambda row: _value(row, fused_levels, sources), rows)
        return {row.name: value for row, value in zip(rows, values, strict=True)}


def evaluate_mef(
    fused: npt.ArrayLike, exposures: Sequence[npt.ArrayLike], metrics: Sequence[Metric] | None = None
) -> dict[str, float]:
    """Return metrics of a multi-exposure fusion; most are defined on the 8-bit grey of the pictures (`Metric.sees`).

    Args:
        fused: uint8 RGB of shape (height, width, 3), or grey of shape (height, width), at least 44 x 44. A float result
            in [0, 1] must be **rounded** to uint8 (`np.rint(255 * image)`).
        exposures: one or more pictures of the same height and width, uint8 RGB or grey.
        metrics: rows such as `(*metrics_for("mef", None), *model_metrics(niqe_model=path))`; by default those that
            need no model file.

    Returns:
        The values by the metrics' names, in the order of the rows; NaN where a definition has no value for these
        pictures.

    Raises:
        InputError: a picture is not uint8 (a float's scale would be a guess), is too small or of another form, or
            shapes differ.
    """
    names = ["fused image", *(f"source {number}" for number in range(1, len(exposures) + 1))]
    pictures = [_eight_bit(picture, name) for picture, name in zip((fused, *exposures), names, strict=True)]
    seen = {
        "colour": pictures,
        "grey": [eight_bit_grey(picture, name) for picture, name in zip(pictures, names, strict=True)],
    }
    rows = metrics_for("mef", definitions=None) if metrics is None else metrics
    return {row.name: row.function(seen[row.sees][0], seen[row.sees][1:]) for row in rows}


def evaluate_msf(fused: npt.ArrayLike, truth: npt.ArrayLike, low_resolution: npt.ArrayLike) -> dict[str, float]:
    """Return the metrics of a multi-spectral fusion whose truth is known.

    Args:
        fused: array (height, width, bands) in [0, 1].
        truth: of the same shape, in [0, 1].
        low_resolution: what was fused, in [0, 1]; its height tells the scale.

    Returns:
        The values by the metrics' names, in the order of the registry; NaN where a definition has no value.

    Raises:
        InputError: an image is not (height, width, bands) in [0, 1], or shapes do not belong together.
    """
    return _evaluate_cubes(fused, (truth, low_resolution), "truth")


def evaluate_msf_inputs(
    fused: npt.ArrayLike, low_resolution: npt.ArrayLike, guide: npt.ArrayLike, low_guide: npt.ArrayLike
) -> dict[str, float]:
    """Return the metrics of a multi-spectral fusion whose truth nobody knows.

    Args:
        fused: array (scale * height, scale * width, bands) in [0, 1].
        low_resolution: array (height, width, bands) in [0, 1].
        guide: array (scale * height, scale * width, channels) in [0, 1].
        low_guide: the guide degraded to (height, width, channels), for instance by `pipelines.wald.Wald`.

    Returns:
        The values by the metrics' names, in the order of the registry.

    Raises:
        InputError: an image is not (height, width, bands) in [0, 1], or shapes do not belong together.
    """
    return _evaluate_cubes(fused, (low_resolution, guide, low_guide), "inputs")


def _evaluate_cubes(fused: npt.ArrayLike, sources: Sequence[npt.ArrayLike], sees: str) -> dict[str, float]:
    rows = [row for row in metrics_for("msf", definitions=None) if row.sees == sees]
    return {row.name: row.function(fused, sources) for row in rows}


def _value(row: Metric, fused: np.ndarray, sources: Sequence[np.ndarray]) -> float:
    try:
        return row.function(fused, sources)
    except InputError as problem:
        raise InputError(f"{row.name}: {problem}") from None


def _eight_bit(image: npt.ArrayLike, name: str) -> np.ndarray:
    array = np.asarray(image)
    if array.dtype != np.uint8:
        raise InputError(
            f"{name}: expected uint8, found {array.dtype}; "
            "convert a float image in [0, 1] by np.rint(255 * image).astype(np.uint8)"
        )
    return array
