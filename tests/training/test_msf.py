import dataclasses

import cv2
import keras
import numpy as np
import pytest
import scipy.io

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.models.msf import MSFConfig
from cscfuse_keras.models.presets import load_preset
from cscfuse_keras.training.msf import MSFTraining, train
from pipelines.spectral_patch_file import write_spectral_patches
from pipelines.spectral_sources import find_scene_files

pytestmark = [
    pytest.mark.backend,
    # The pipeline is compiled all the same, which is right.
    pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions_eagerly`"),
]

NETWORK = MSFConfig(bands=3, guide_channels=1, units=2, code_channels=4)
TRAINING = MSFTraining(
    epochs=2,
    steps_per_epoch=2,
    batch_size=2,
    patch_size=16,
    patch_stride=8,
    validation_share=0.25,
    warm_up_steps=1,
    cosine_decay=True,
    seed=3,
)


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


def write_scene(path, bands=3, size=32, seed=0):
    """A `.mat` scene with a guide of twice the size, which is the mean of what the bands show."""
    noise = np.random.default_rng(seed).normal(size=(2 * size, 2 * size, bands))
    sharp = cv2.GaussianBlur(noise, (0, 0), 2).reshape(noise.shape)
    sharp = np.rint(255 * (sharp - sharp.min()) / np.ptp(sharp))
    low = cv2.resize(sharp, (size, size), interpolation=cv2.INTER_AREA).reshape(size, size, bands)
    path.parent.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(path, {"I_MS": low.astype("uint8"), "I_PAN": sharp.mean(-1).astype("uint8")})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("scenes")
    for number in range(4):
        write_scene(root / f"scene{number}.mat", seed=number)
    return root


@pytest.fixture(scope="module")
def patch_file(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("patches") / "patches.h5"
    write_spectral_patches(find_scene_files([folder])[0], path, size=16, stride=8)
    return path


def history(run):
    return [[row["loss"], row["val_loss"]] for row in run.history]


@pytest.mark.parametrize("kind", ["scenes", "patches"])
def test_resumed_run_equals_an_unbroken_one(kind, folder, patch_file, tmp_path):
    class Interrupt(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    sources = [folder if kind == "scenes" else patch_file]
    unbroken = train(sources, tmp_path / "unbroken", NETWORK, TRAINING)
    with pytest.raises(KeyboardInterrupt):
        train(sources, tmp_path / "broken", NETWORK, TRAINING, callbacks=[Interrupt()])
    resumed = train(sources, tmp_path / "broken", NETWORK, TRAINING, resume=True)
    np.testing.assert_allclose(history(resumed), history(unbroken), atol=1e-6)


def test_best_model_is_a_preset(folder, tmp_path, numpy_of):
    progress = train([folder], tmp_path, NETWORK, dataclasses.replace(TRAINING, learning_rate=1e-3))
    preset = load_preset(tmp_path / "best.keras", "msf")
    inputs, truth = _validation(folder)
    error = np.mean((numpy_of(preset.model(inputs)) - truth) ** 2)
    assert error == pytest.approx(progress.best_loss, rel=1e-4)
    assert progress.best_loss == min(row["val_loss"] for row in progress.history)


def _validation(folder):
    from pipelines.sources import split_by_name
    from pipelines.spectral_patches import validation_arrays
    from pipelines.spectral_sources import read_spectral_scene

    (files,) = find_scene_files([folder])
    held_out = split_by_name(files, [str(file.path) for file in files], 0.25, TRAINING.seed)[1]
    return validation_arrays([read_spectral_scene(file) for file in held_out], 2)


@pytest.fixture
def data(monkeypatch):
    """What a training is given, instead of the training itself."""

    def prepare(sources, directory, network=NETWORK, training=TRAINING, **more):
        given = []
        monkeypatch.setattr("cscfuse_keras.training.msf.fit", lambda *arguments: given.extend(arguments))
        train(sources, directory, network, training, **more)
        return given[2], given[3]

    return prepare


def test_file_and_folder_teach_the_same(data, folder, patch_file, tmp_path):
    shown = [data([source], tmp_path / source.name)[0].batches_from(0, 0) for source in (folder, patch_file)]
    firsts = [next(iter(batches)) for batches in shown]
    for array, other in zip(*(keras.tree.flatten(first) for first in firsts), strict=True):
        np.testing.assert_array_equal(array, other)


def test_an_epoch_is_a_pass_unless_steps_are_given(data, folder, patch_file, tmp_path):
    training = dataclasses.replace(TRAINING, steps_per_epoch=None)
    for source in (folder, patch_file):
        # Three scenes of 3 x 3 places in four turns.
        assert data([source], tmp_path / source.name, training=training)[0].steps == 3 * 9 * 4 // 2


def test_validation_is_by_scenes_given_or_rows(data, folder, patch_file, tmp_path):
    write_scene(tmp_path / "other.mat", size=48)
    sizes = {}
    for name, source, more in (
        ("share", folder, {}),
        ("given", folder, {"validation": [tmp_path / "other.mat"]}),
        ("given_file", patch_file, {"validation": [tmp_path / "other.mat"]}),
        ("rows", folder, {"training": dataclasses.replace(TRAINING, validation_by="rows")}),
        ("share_file", patch_file, {"training": dataclasses.replace(TRAINING, validation_size=32)}),
    ):
        sizes[name] = data([source], tmp_path / name, **more)[0].validation[1].shape[:3]
    assert sizes == {
        "share": (1, 32, 32),
        "given": (1, 48, 48),
        "given_file": (1, 48, 48),
        # Four squares as high as the lowest quarter, of each of four scenes.
        "rows": (16, 8, 8),
        "share_file": (4, 16, 16),
    }


def test_learning_rate_rises_then_falls(data, folder, tmp_path):
    for cosine, last in ((True, 0.0), (False, 5e-4)):
        training = dataclasses.replace(TRAINING, cosine_decay=cosine, epochs=5, warm_up_steps=4)
        rate = data([folder], tmp_path / str(cosine), training=training)[1].learning_rate
        rates = [float(rate(step)) for step in (0, 2, 4, 10)]
        np.testing.assert_allclose(rates, [0, 2.5e-4, 5e-4, last], atol=1e-9)
    with pytest.raises(UsageError, match="warm_up_steps: expected fewer than the 4 steps"):
        data([folder], tmp_path / "run", training=dataclasses.replace(TRAINING, warm_up_steps=4))


def test_each_source_has_its_full_scale(data, folder, tmp_path):
    sources = [folder / "scene0.mat", folder / "scene1.mat"]
    training = dataclasses.replace(
        TRAINING, bands_full_scale=(255, 510, 1020), guide_full_scale=(255, 510, 1020), steps_per_epoch=36
    )
    given, _ = data(sources, tmp_path / "run", training=training, validation=[folder / "scene2.mat"])
    inputs, truth = given.validation
    assert 0.1 < truth.max() < 0.26
    assert 0.05 < inputs["guide"].max() < 0.26
    tops = [np.max(batch[1]) for batch, _ in zip(given.batches_from(0, 0), range(36), strict=False)]
    assert 0.6 < max(tops) <= 1


@pytest.mark.parametrize(
    ("network", "training", "error", "message"),
    [
        ({"bands": 4}, {}, InputError, r"scene\d\.mat: expected 4 bands and 1 guide channels.*found 3 and 1"),
        ({"scale": 4}, {}, InputError, r"scene\d\.mat: expected a guide of the size of the bands or 4 times larger"),
        ({"scale": 3}, {}, UsageError, "patch_size: expected a multiple of the scale 3, found 16"),
        ({}, {"patch_size": 64}, InputError, r"scene\d\.mat: expected at least 64 x 64 pixels"),
        ({}, {"sensor": ("spot",)}, UsageError, "sensor: expected one of generic.*found 'spot'"),
        ({}, {"sensor": ("ikonos",)}, InputError, r"scene\d\.mat: expected 4 bands, as the sensor has, found 3"),
        ({}, {"bands_name": "MS"}, InputError, r"scene\d\.mat:MS: expected an array named 'MS'"),
        ({}, {"bands_full_scale": (1, 2)}, UsageError, "bands_full_scale: expected one value for all 1 sources"),
        ({}, {"validation_share": 0.1}, InputError, "to train and to validate with, found 4 and 0; give --validation"),
        ({}, {"batch_size": 999, "steps_per_epoch": None}, InputError, "expected at least one batch of 999"),
    ],
)
def test_what_does_not_fit_is_named(network, training, error, message, folder, tmp_path):
    with pytest.raises(error, match=message):
        train(
            [folder],
            tmp_path / "run",
            dataclasses.replace(NETWORK, **network),
            dataclasses.replace(TRAINING, **training),
        )
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("network", "training", "error", "message"),
    [
        ({"bands": 4}, {}, InputError, r"patches\.h5: expected 4 bands and 1 guide channels.*found 3 and 1"),
        ({"scale": 4}, {}, UsageError, r"patches\.h5: expected scale 4, as the settings say, found 2"),
        ({}, {"patch_size": 64}, UsageError, r"patches\.h5: expected patch_size 64, as the settings say, found 16"),
        ({}, {"degradation": "nearest"}, UsageError, r"patches\.h5: expected degradation nearest.*found mtf"),
        ({}, {"validation_by": "rows"}, UsageError, r"patches\.h5: expected scenes to validate by rows"),
    ],
)
def test_patches_that_do_not_fit_are_named(network, training, error, message, patch_file, tmp_path):
    settings = dataclasses.replace(NETWORK, **network), dataclasses.replace(TRAINING, **training)
    with pytest.raises(error, match=message):
        train([patch_file], tmp_path / "run", *settings)


def test_one_patch_file_is_expected(folder, patch_file, tmp_path):
    with pytest.raises(UsageError, match="expected one patch file or scenes, found 2 sources"):
        train([folder, patch_file], tmp_path / "run", NETWORK, TRAINING)
