"""MEF-SSIM as a differentiable score: how well one image keeps the structure of several exposures.

This is the form that networks are trained on. The published measure that compares methods, `metrics.mef_ssim`, builds
its reference patch by another rule, has no luminance term, and gives other numbers.
"""

from keras import ops

from cscfuse_keras.losses.ssim import gaussian_mean, gaussian_taps

_WINDOW, _SIGMA = 11, 11 / 6
_C1, _C2 = 0.01**2, 0.03**2
_WELL_EXPOSED, _SPREAD = 0.5, 0.2


def mef_ssim(fused, exposures):
    """(mean luminance term) * (mean contrast-structure term) of each scene, on one scale.

    Contrast and structure are compared with the exposure of the largest variance at that pixel; luminance with the mean
    of all exposures, weighted by how near to middle grey each is, as a whole and at that pixel. Moments are taken
    over an 11x11 Gaussian window of sigma 11/6 and over the channels, with zeros beyond the border. The form of Ma et
    al., Deep Guided Learning for Fast Multi-Exposure Image Fusion, 2020, written out in `tests/golden/README.md` (09).

    Args:
        fused: tensor (batch, height, width, channels) in [0, 1].
        exposures: tensor (batch, exposures, height, width, channels) in [0, 1].

    Returns:
        Tensor (batch,); 1 is best.
    """
    fused, exposures = ops.convert_to_tensor(fused), ops.convert_to_tensor(exposures)
    fused_mean, fused_variance, means, variances, covariances = _moments(fused, exposures)
    luminance = _luminance(fused_mean, _reference_mean(means))
    contrast_structure = _contrast_structure(fused_variance, variances, covariances)
    return _image_mean(luminance) * _image_mean(contrast_structure)


def _image_mean(maps):
    """Mean of each (height, width, 1) map: rows first, since one long float32 sum loses digits."""
    return ops.mean(ops.mean(maps, axis=2), axis=(1, 2))


def _moments(fused, exposures):
    """Local mean and variance of the fused image, and mean, variance and covariance with it of the exposures.

    Shapes (batch, height, width, 1) for the fused image, (batch, height, width, exposures) for the others.
    """
    fused_maps = [ops.sum(images, axis=-1, keepdims=True) for images in (fused, fused * fused)]
    products = exposures, exposures * exposures, ops.expand_dims(fused, 1) * exposures
    exposure_maps = [ops.moveaxis(ops.sum(images, axis=-1), 1, -1) for images in products]
    maps = ops.concatenate([*fused_maps, *exposure_maps], axis=-1)
    moments = gaussian_mean(maps, gaussian_taps(_WINDOW, _SIGMA), "zeros") / fused.shape[-1]
    fused_mean, fused_square = moments[..., :1], moments[..., 1:2]
    means, squares, products = list(ops.split(moments[..., 2:], 3, axis=-1))
    return (
        fused_mean,
        fused_square - fused_mean * fused_mean,
        means,
        squares - means * means,
        products - fused_mean * means,
    )


def _reference_mean(means):
    """Mean that the fused image should have: that of the well-exposed exposures."""
    overall = ops.mean(means, axis=(1, 2), keepdims=True)
    weights = _well_exposedness(overall) * _well_exposedness(means)
    return ops.sum(weights * means, axis=-1, keepdims=True) / ops.sum(weights, axis=-1, keepdims=True)


def _well_exposedness(means):
    return ops.exp(-((means - _WELL_EXPOSED) ** 2) / (2 * _SPREAD**2))


def _luminance(fused_mean, reference_mean):
    return (2 * fused_mean * reference_mean + _C1) / (fused_mean**2 + reference_mean**2 + _C1)


def _contrast_structure(fused_variance, variances, covariances):
    strongest = ops.expand_dims(ops.argmax(variances, axis=-1), -1)
    variance = ops.take_along_axis(variances, strongest, axis=-1)
    covariance = ops.take_along_axis(covariances, strongest, axis=-1)
    return (2 * covariance + _C2) / (fused_variance + variance + _C2)
