import csv
import dataclasses
import importlib.util
import itertools

import cv2
import keras
import numpy as np
import pytest

from cscfuse_keras.errors import InputError, ModelError, UsageError
from cscfuse_keras.models.ivf import IVFConfig, build_autoencoder
from cscfuse_keras.training.ivf import IVFTraining, train
from cscfuse_keras.training.progress import Progress
from pipelines.ivf import write_crops
from pipelines.sources import find_pictures

pytestmark = [
    pytest.mark.backend,
    # The pipeline is compiled all the same, which is right.
    pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions_eagerly`"),
]

NETWORK = IVFConfig(units=2, code_channels=4, decoder_channels=(3,), base_rule="average")
TRAINING = IVFTraining(epochs=2, batch_size=2, crop_size=32, validation_share=0.25, milestones=(1,), seed=3)


@pytest.fixture(scope="module", autouse=True)
def quick_tensorflow():
    """Tracing a training step takes TensorFlow longer than these few steps take without."""
    if keras.config.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


class Interrupt(keras.callbacks.Callback):
    """Kills the training after its first epoch."""

    def on_epoch_end(self, epoch, logs=None):
        raise KeyboardInterrupt


@pytest.fixture(scope="module")
def folders(tmp_path_factory, draw_pictures):
    folder = tmp_path_factory.mktemp("pictures")
    for band in ("ir", "vis"):
        draw_pictures(folder / band, [f"{k}.png" for k in range(4)])
    return [folder / "ir", folder / "vis"]


@pytest.fixture(scope="module", params=["pictures", "patches"])
def sources_from(request, tmp_path_factory):
    """What a training learns from: folders of pictures, read by TensorFlow, or a patch file."""
    if request.param == "pictures" and importlib.util.find_spec("tensorflow") is None:
        pytest.skip("pictures are read by TensorFlow")

    def sources(folders):
        if request.param == "pictures":
            return folders
        path = tmp_path_factory.mktemp("patches") / "patches.h5"
        write_crops(find_pictures(folders), path, size=32, copies=2)
        return [path]

    return sources


@pytest.fixture(scope="module")
def sources(sources_from, folders):
    return sources_from(folders)


@pytest.fixture(scope="module")
def run(sources, tmp_path_factory):
    """An unbroken run."""
    return train(sources, tmp_path_factory.mktemp("unbroken"), NETWORK, TRAINING)


def losses(progress):
    return [[row["loss"], row["val_loss"]] for row in progress.history]


def test_run_leaves_model_history_and_curve(run, numpy_of):
    with (run.directory / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert {"loss", "val_loss", "learning_rate", "seconds"} <= set(rows[0])
    assert (run.directory / "loss.svg").read_text().startswith("<svg")
    fusion = keras.saving.load_model(run.directory / "best.keras")
    fused = numpy_of(fusion({name: np.zeros((1, 6, 7, 1), "float32") for name in ("infrared", "visible")}))
    assert fused.shape == (1, 6, 7, 1)


def test_best_model_holds_the_weights_of_the_best_epoch(run):
    best_epoch = min(run.history, key=lambda row: row["val_loss"])["epoch"]
    autoencoder = build_autoencoder(NETWORK)
    # The optimizer only has to have the same variables as the one of the run.
    rate = keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5)
    autoencoder.compile(keras.optimizers.Adam(rate))
    checkpoints = [each for each in run.checkpoints if each.epochs <= best_epoch]
    Progress(run.directory, run.history, checkpoints).restore(autoencoder, run.checkpoints[0].steps)
    best = keras.saving.load_model(run.directory / "best.keras")
    for weight, expected in zip(best.get_weights(), autoencoder.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_learning_rate_falls_at_the_milestone(run):
    assert run.history[-1]["learning_rate"] == pytest.approx(TRAINING.learning_rate * TRAINING.decay)


def test_resumed_run_equals_an_unbroken_one(run, sources, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(sources, tmp_path, NETWORK, TRAINING, callbacks=[Interrupt()])
    resumed = train(sources, tmp_path, NETWORK, TRAINING, resume=True)
    np.testing.assert_allclose(losses(resumed), losses(run), atol=1e-6)
    best, expected = (keras.saving.load_model(path / "best.keras") for path in (tmp_path, run.directory))
    for weight, other in zip(best.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(weight, other, atol=1e-5)


def test_finished_run_is_left_alone(run, sources):
    before = (run.directory / "best.keras").read_bytes()
    assert train(sources, run.directory, NETWORK, TRAINING, resume=True).history == run.history
    assert (run.directory / "best.keras").read_bytes() == before


def test_divergence_is_reported_and_the_best_model_kept(sources, tmp_path, numpy_of):
    # From the second epoch on the learning rate is 1e36.
    training = dataclasses.replace(TRAINING, decay=1e38, epochs=4)
    with pytest.raises(ModelError, match=r"diverged: the loss became (nan|inf) in epoch [23], step \d"):
        train(sources, tmp_path, NETWORK, training)
    best = keras.saving.load_model(tmp_path / "best.keras")
    assert all(np.isfinite(weight).all() for weight in best.get_weights())


def test_existing_run_is_not_overwritten(run, sources):
    with pytest.raises(UsageError, match="found one of 2 epochs; add --resume"):
        train(sources, run.directory, NETWORK, TRAINING)


@pytest.mark.parametrize(
    ("network", "training", "named"),
    [
        (dataclasses.replace(NETWORK, units=3), TRAINING, "network.units: 2 -> 3"),
        (NETWORK, dataclasses.replace(TRAINING, learning_rate=0.5), "training.learning_rate: 0.01 -> 0.5"),
    ],
)
def test_resuming_with_other_settings_is_refused(network, training, named, run, sources):
    with pytest.raises(UsageError, match=named):
        train(sources, run.directory, network, training, resume=True)


def test_no_scene_is_both_learned_and_judged(sources_from, tmp_path, monkeypatch):
    # Scenes are flat, each of its own grey, so that every crop shows where it is from.
    for band in ("ir", "vis"):
        (tmp_path / band).mkdir()
        for k in range(8):
            cv2.imwrite(str(tmp_path / band / f"{k}.png"), np.full((20, 30), 30 * k, "uint8"))
    given = {}
    monkeypatch.setattr("cscfuse_keras.training.ivf.fit", lambda model, loss, data, *others: given.update(data=data))
    train(sources_from([tmp_path / "ir", tmp_path / "vis"]), tmp_path / "run", NETWORK, TRAINING)
    data = given["data"]
    batches = itertools.islice(data.batches_from(0, 0), data.steps)
    learned = {round(float(image.mean()) * 255 / 30) for images, _ in batches for image in np.asarray(images)}
    judged = {round(float(image.mean()) * 255 / 30) for image in data.validation[0]}
    assert data.steps == 6
    assert len(learned) == 6
    assert learned | judged == set(range(8))


@pytest.mark.parametrize("settings", [{"batch_size": 7}, {"validation_share": 0.0}])
def test_too_few_pictures_are_reported(settings, sources, tmp_path):
    training = dataclasses.replace(TRAINING, **settings)
    with pytest.raises(InputError, match="training pictures and one validation picture"):
        train(sources, tmp_path / "run", NETWORK, training)
    assert not (tmp_path / "run").exists()
