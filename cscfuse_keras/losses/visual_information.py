"""The visual information of the sources that a fused image keeps, as a differentiable term."""

from keras import ops

from cscfuse_keras.losses.gaussian_blur import gaussian_blur

_VISUAL_NOISE = 2.0
# Levels of 255 squared: keeps gradients finite in flat windows, where nothing is to be kept.
_FLAT = 1e-2


def visual_information(fused, sources):
    """VIFp of each source, pixel-domain visual information fidelity (Sheikh and Bovik, 2006).

    The same definition as `cscfuse_keras.metrics` has, but for flat windows, where its decisions have no gradient.

    Args:
        fused: tensor (batch, height, width, 1) in [0, 1], at least 41 x 41 pixels.
        sources: tensor (batch, height, width, sources) in [0, 1].

    Returns:
        Tensor (batch, sources), from 0 up; 1 for a source that equals the fused image.
    """
    count = sources.shape[-1]
    images = 255 * ops.concatenate([fused, sources], axis=-1)
    kept = held = 0.0
    for taps in (17, 9, 5, 3):
        sigma = taps / 5
        if taps < 17:
            images = gaussian_blur(images, taps, sigma, step=2)
        fused, sources = images[..., :1], images[..., 1:]
        moments = gaussian_blur(ops.concatenate([images, images * images, fused * sources], axis=-1), taps, sigma)
        means, squares = moments[..., : 1 + count], moments[..., 1 + count : 2 + 2 * count]
        products = moments[..., 2 + 2 * count :]
        variances = ops.relu(squares - means * means)
        covariance = products - means[..., :1] * means[..., 1:]
        gain = ops.relu(covariance / (variances[..., 1:] + _FLAT))
        noise = ops.relu(variances[..., :1] - gain * covariance)
        signal = gain * gain * variances[..., 1:]
        kept = kept + ops.sum(ops.log1p(signal / (noise + _VISUAL_NOISE)), axis=(1, 2))
        held = held + ops.sum(ops.log1p(variances[..., 1:] / _VISUAL_NOISE), axis=(1, 2))
    return kept / (held + _FLAT)
