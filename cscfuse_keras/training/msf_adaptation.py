"""Training on the very image that is to be fused, which needs no preset and no truth.

By Wald's protocol both images are degraded by their ratio, and the network learns to undo that. One image is little to
learn from, so the network starts at the best linear filter, whose weights stay as they are; codes of what it sees and
makes learn the rest. Held-out rows judge both, and the better one is kept.
"""

import dataclasses
import math
import time
from collections.abc import Callable, Iterable, Sequence

import keras
import numpy as np

from cscfuse_keras.baselines.generalized_laplacian_pyramid import GLPFuser
from cscfuse_keras.errors import InputError, ModelError
from cscfuse_keras.models.msf import MSFConfig, build_network
from cscfuse_keras.training.least_squares import linear_filters
from pipelines.sensor_estimation import estimated_sensor
from pipelines.spectral_shifts import Pair, RandomPatches, shifted_pairs
from pipelines.wald import Wald

HELD_OUT = 1 / 5
"""Share of the rows that judges."""

PATCH, LEAST_PATCH = 12, 6
"""Side of the patches, and the smallest one, in pixels of the degraded image."""

BATCH_SIZE, LEARNING_RATE, GRADIENT_LIMIT = 16, 1e-3, 0.1
UNTIMED_STEPS, WARM_UP_STEPS, STEPS_BETWEEN_CHECKS = 10, 50, 100
"""The first steps, in which Keras compiles, do not count for the time a step takes."""

LARGEST_FILTER = 1200
"""Coefficients a result of the linear filter; with more channels it is smaller."""


@dataclasses.dataclass(frozen=True)
class Adaptation:
    """How long to learn.

    Attributes:
        steps: most steps to take; where these end the training, the seed alone decides the result.
        minutes: longest time to take, about.
        seed: of weights and order.
        estimate_sensor: take the gains of the degradation from the images, see `pipelines.sensor_estimation`.
    """

    steps: int = 3000
    minutes: float = 3.0
    seed: int = 0
    estimate_sensor: bool = False


@dataclasses.dataclass(frozen=True, eq=False)
class Part:
    """A part of the image to fuse, at its own resolution.

    Attributes:
        bands: float32 (height, width, bands) in [0, 1].
        guide: float32 (scale * height, scale * width, channels) in [0, 1].
        valid: bool (height, width): where both have a value. Elsewhere they hold any finite one.
    """

    bands: np.ndarray
    guide: np.ndarray
    valid: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Adapted:
    """A network for one image.

    Attributes:
        model: from `cscfuse_keras.models.msf.build_network`.
        steps: after which the network was the best on the held-out rows; 0 if nothing beat the linear filter.
        errors: mean squared errors on the held-out rows, degraded: of plain enlargement, of the linear filter, and of
            the model.
        degradation: that the network learned to undo.
    """

    model: keras.Model
    steps: int
    errors: tuple[float, float, float]
    degradation: Wald

    def __str__(self) -> str:
        enlarged, linear, best = (-10 * math.log10(max(error, 1e-12)) for error in self.errors)
        gains = f"; gain of the bands {self.degradation.sensor.band_gains}" if self.degradation.method == "mtf" else ""
        return (
            f"adapted: {best:.2f} dB on held-out rows at reduced resolution, which chose step {self.steps}; "
            f"before the first step {linear:.2f} dB, plain enlargement {enlarged:.2f} dB{gains}"
        )


def adapt(
    parts: Iterable[Part],
    degradation: Wald,
    adaptation: Adaptation | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Adapted:
    """Train a network for one image.

    Args:
        parts: of the image.
        degradation: that the network learns to undo, by the ratio of the image and its guide.
        adaptation: how long to learn.
        progress: called with the share of the work done, in [0, 1].

    Raises:
        InputError: too little is left of the image when it is degraded, or the sensor has another number of bands.
        ModelError: the loss became NaN.
    """
    adaptation = adaptation or Adaptation()
    ends = time.monotonic() + 60 * adaptation.minutes
    parts = list(parts)
    if adaptation.estimate_sensor:
        images = ((part.bands, part.guide, part.valid) for part in parts)
        degradation = dataclasses.replace(degradation, sensor=estimated_sensor(images, degradation.scale))
    learned, judged = _pairs(parts, degradation)
    patches = RandomPatches(learned, PATCH)
    if patches.size < LEAST_PATCH or not any(pair.valid.any() for pair in judged):
        least = (LEAST_PATCH + 3) * degradation.scale
        raise InputError(
            f"expected a low-resolution image of at least {least} x {least} pixels to adapt to, most of them "
            "valid, found fewer; give a larger part of the scene, or fuse with a preset"
        )
    keras.utils.set_random_seed(adaptation.seed)
    model = _untrained(learned[0], degradation)
    enlarge = model.get_layer("enlarge")
    starts = [keras.ops.convert_to_numpy(enlarge(pair.low_resolution[np.newaxis]))[0] for pair in learned]
    linear = model.get_layer("joint_linear")
    guesses = [GLPFuser(degradation).fuse(pair.low_resolution, pair.guide) for pair in learned]
    kernels = linear_filters(learned, starts, guesses, linear.kernel_size, adaptation.seed)
    del starts, guesses
    linear.kernel.assign(min(kernels, key=lambda kernel: _error_with(model, kernel, judged)))
    enlarged = _mean_squared_error(lambda low, guide: keras.ops.convert_to_numpy(enlarge(low)), judged)
    random = np.random.default_rng(adaptation.seed)
    step, errors = _trained(model, lambda: patches.draw(BATCH_SIZE, random), judged, adaptation, ends, progress)
    return Adapted(model, step, (enlarged, *errors), degradation)


def _pairs(parts: Iterable[Part], degradation: Wald) -> tuple[list[Pair], list[Pair]]:
    """Pairs to learn from, and to judge by: the lowest rows of each part, of a few offsets."""
    scale, learned, judged = degradation.scale, [], []
    for part in parts:
        rows = round((1 - HELD_OUT) * part.valid.shape[0] / scale) * scale
        low_guide = degradation.degrade_guide(part.guide)
        for held_out, place in enumerate((slice(None, rows), slice(rows, None))):
            if min(part.valid[place].shape) >= 2 * scale:
                pairs = shifted_pairs(part.bands[place], low_guide[place], part.valid[place], degradation)
                if held_out:
                    judged += pairs[:: scale + 1]
                else:
                    learned += pairs
    return learned, judged


def _untrained(pair: Pair, degradation: Wald) -> keras.Model:
    bands, channels = pair.truth.shape[2], pair.guide.shape[2]
    wide = 25 * (bands + degradation.scale**2 * channels) <= LARGEST_FILTER
    config = MSFConfig(
        bands=bands,
        guide_channels=channels,
        scale=degradation.scale,
        units=0,
        joint_units=4,
        joint_channels=32,
        joint_kernel=5 if wide else 3,
        normalized_units="none",
        grid="co_sited" if degradation.method == "nearest" else "half_pixel",
    )
    model = build_network(config)
    # What few pixels can tell of so many weights is in the closed-form solution; gradients overfit them.
    model.get_layer("joint_linear").trainable = False
    model.compile(
        keras.optimizers.Adam(LEARNING_RATE, global_clipnorm=GRADIENT_LIMIT),
        "mae",
        jit_compile=keras.backend.backend() == "jax",
    )
    return model


def _trained(model, draw, judged, adaptation, ends, progress) -> tuple[int, tuple[float, float]]:
    """Train, keep the best weights, and give their step, and the errors at the start and then."""
    linear = best = _error(model, judged)
    best_step, best_weights = 0, model.get_weights()
    steps, began = adaptation.steps, time.monotonic()
    for step in range(1, steps + 1):
        if step == UNTIMED_STEPS:
            began = time.monotonic()
        elif step == WARM_UP_STEPS:
            # From here on the rate depends on the number of steps: as many as the time allows.
            now = time.monotonic()
            steps = min(steps, step + int((ends - now) / (now - began) * (step - UNTIMED_STEPS)))
        if step > steps or time.monotonic() > ends:
            break
        model.optimizer.learning_rate = LEARNING_RATE * _rate(step, steps)
        loss = float(model.train_on_batch(*draw()))
        if not math.isfinite(loss):
            raise ModelError(f"the adaptation diverged: the loss became {loss} in step {step}; fuse with a preset")
        if step % STEPS_BETWEEN_CHECKS == 0 or step == steps:
            found = _error(model, judged)
            if found < best:
                best, best_step, best_weights = found, step, model.get_weights()
        progress(step / steps)
    model.set_weights(best_weights)
    return best_step, (linear, best)


def _rate(step: int, steps: int) -> float:
    """Share of the largest learning rate: it rises, then falls to 0 along a half cosine."""
    return min(1, step / WARM_UP_STEPS) * (1 + math.cos(math.pi * step / max(steps, step))) / 2


def _error_with(model: keras.Model, kernel: np.ndarray, judged: Sequence[Pair]) -> float:
    model.get_layer("joint_linear").kernel.assign(kernel)
    return _error(model, judged)


def _error(model: keras.Model, judged: Sequence[Pair]) -> float:
    return _mean_squared_error(
        lambda low, guide: model.predict_on_batch({"low_resolution": low, "guide": guide}), judged
    )


def _mean_squared_error(fuse: Callable, pairs: Sequence[Pair]) -> float:
    total = count = 0
    for pair in pairs:
        fused = fuse(pair.low_resolution[np.newaxis], pair.guide[np.newaxis])[0]
        scale = fused.shape[0] // pair.valid.shape[0]
        valid = pair.valid.repeat(scale, axis=0).repeat(scale, axis=1)
        differences = (np.clip(fused, 0, 1) - pair.truth)[valid]
        total, count = total + np.sum(differences**2, dtype=np.float64), count + differences.size
    return total / count
