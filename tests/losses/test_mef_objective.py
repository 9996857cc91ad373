import keras
import numpy as np
import pytest

from cscfuse_keras.losses import MEFObjective, halo, mef_ssim

pytestmark = pytest.mark.backend

STEPS = 4
# JAX compiles operation by operation otherwise; TensorFlow takes seconds to compile.
JIT = keras.backend.backend() == "jax"


class StepLosses(keras.callbacks.Callback):
    """Losses of single steps, from the running means that Keras logs."""

    def __init__(self):
        super().__init__()
        self.losses, self.total = [], 0.0

    def on_train_batch_end(self, batch, logs=None):
        before = self.total if batch else 0.0
        self.total = logs["loss"] * (batch + 1)
        self.losses.append(self.total - before)


@pytest.fixture
def scenes(random_images):
    """The same scene in every step, so that losses of steps differ by the weight of the halo term alone."""
    return np.concatenate([random_images(1, 3, 14, 16, 3)] * STEPS)


def new_model(learning_rate=0.0, jit_compile=JIT, **settings):
    keras.utils.set_random_seed(0)
    exposures = keras.Input((None, None, None, 3))
    fused = keras.layers.Dense(3, activation="sigmoid")(keras.ops.mean(exposures, axis=1))
    model = keras.Model(exposures, MEFObjective(**settings, name="objective")(exposures, fused))
    model.compile(keras.optimizers.Adam(learning_rate), jit_compile=jit_compile)
    return model


def fit(model, scenes, epochs=1, **arguments):
    recorder = StepLosses()
    history = model.fit(
        scenes, epochs=epochs, batch_size=1, shuffle=False, verbose=0, callbacks=[recorder], **arguments
    )
    return recorder.losses, history.history


def terms(model, scenes, numpy_of):
    fused = model(scenes)
    return float(numpy_of(mef_ssim(fused, scenes))[0]), float(numpy_of(halo(fused))[0])


def test_halo_weight_grows_with_every_step_and_stops_at_its_limit(scenes, numpy_of):
    # Compiled as in a real training: a weight that the compiler took for a constant would stay at its first value.
    model = new_model(jit_compile="auto", limit=1.25)
    losses, _ = fit(model, scenes, epochs=2)
    score, halo_value = terms(model, scenes, numpy_of)
    weights = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.25, 1.25]
    np.testing.assert_allclose(losses, [-score + weight * halo_value for weight in weights], atol=1e-5)


def test_defaults_are_the_papers():
    layer = MEFObjective()
    layer.build((None, None, None, None, 3), (None, None, None, 3))
    weights = []
    for iterations in (0, 1, 40, 41, 1000):
        layer.iterations.assign(iterations)
        weights.append(float(keras.ops.convert_to_numpy(layer.halo_weight(training=True))))
    assert weights == [0, 0.25, 10, 10, 10]


def test_validation_always_has_the_full_weight(scenes, numpy_of):
    model = new_model(limit=3.0)
    _, history = fit(model, scenes, epochs=2, validation_data=(scenes,))
    score, halo_value = terms(model, scenes, numpy_of)
    np.testing.assert_allclose(history["val_loss"], [-score + 3 * halo_value] * 2, atol=1e-5)
    assert int(numpy_of(model.get_layer("objective").iterations)) == 2 * STEPS


def test_resumed_training_goes_on_with_the_schedule(scenes, tmp_path):
    whole, _ = fit(new_model(0.01), scenes, epochs=2)
    first = new_model(0.01)
    losses, _ = fit(first, scenes)
    first.save_weights(tmp_path / "checkpoint.weights.h5")
    second = new_model(0.01)
    second.optimizer.build(second.trainable_variables)
    second.load_weights(tmp_path / "checkpoint.weights.h5")
    np.testing.assert_allclose([*losses, *fit(second, scenes)[0]], whole, atol=1e-5)


def test_fused_image_passes_unchanged(random_images, numpy_of):
    fused = random_images(2, 12, 13, 3)
    np.testing.assert_array_equal(numpy_of(MEFObjective()(random_images(2, 3, 12, 13, 3), fused)), fused)


def test_config_round_trip():
    config = MEFObjective(growth=0.5, limit=2.0).get_config()
    assert MEFObjective.from_config(config).get_config() == config
