import dataclasses
import importlib.util
import itertools

import cv2
import keras
import numpy as np
import pytest

from cscfuse_keras.errors import UsageError
from cscfuse_keras.models.mef import MEFConfig, build_fusion
from cscfuse_keras.training.mef import MEFTraining, train
from pipelines.mef import write_stacks
from pipelines.scenes import find_scenes

pytestmark = [
    pytest.mark.backend,
    # The pipeline is compiled all the same, which is right.
    pytest.mark.filterwarnings("ignore:Even though the `tf.config.experimental_run_functions_eagerly`"),
]

NETWORK = MEFConfig(units=2, code_channels=4, levels=2)
TRAINING = MEFTraining(epochs=2, batch_size=2, exposures=2, crop_size=24, validation_share=0.25, seed=3)


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


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Four scenes of three exposures each."""
    root = tmp_path_factory.mktemp("scenes")
    for number in range(4):
        (root / f"scene{number}").mkdir()
        noise = np.random.default_rng(number).normal(size=(40, 48, 3))
        image = cv2.GaussianBlur(noise, (0, 0), 2)
        image = (image - image.min()) / np.ptp(image)
        for k, gain in enumerate((0.4, 0.8, 1.6)):
            exposed = np.rint(255 * np.clip(gain * image, 0, 1)).astype("uint8")
            cv2.imwrite(str(root / f"scene{number}" / f"{k}.png"), exposed)
    return root


@pytest.fixture(scope="module", params=["scenes", "patches"])
def sources(request, folder, tmp_path_factory):
    if request.param == "scenes":
        if importlib.util.find_spec("tensorflow") is None:
            pytest.skip("pictures are read by TensorFlow")
        return [folder]
    path = tmp_path_factory.mktemp("patches") / "stacks.h5"
    write_stacks(find_scenes([folder]), path, count=2, size=24, copies=2)
    return [path]


def test_resumed_run_equals_an_unbroken_one(sources, tmp_path, numpy_of):
    class Interrupt(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    unbroken = train(sources, tmp_path / "unbroken", NETWORK, TRAINING)
    with pytest.raises(KeyboardInterrupt):
        train(sources, tmp_path / "broken", NETWORK, TRAINING, callbacks=[Interrupt()])
    resumed = train(sources, tmp_path / "broken", NETWORK, TRAINING, resume=True)
    losses = [[[row["loss"], row["val_loss"]] for row in run.history] for run in (unbroken, resumed)]
    # The halo loss's weight grows with every step: counted anew, it would be another loss.
    np.testing.assert_allclose(losses[1], losses[0], atol=1e-6)
    fusion = keras.saving.load_model(tmp_path / "broken" / "best.keras", compile=False)
    assert numpy_of(fusion(np.zeros((1, 3, 6, 7, 3), "float32"))).shape == (1, 6, 7, 3)


def test_training_starts_from_a_coder_that_is_there(folder, tmp_path):
    given = build_fusion(dataclasses.replace(NETWORK, levels=1))
    given.save(tmp_path / "given.keras")
    training = dataclasses.replace(TRAINING, epochs=1, learning_rate=0.0, coder_from=str(tmp_path / "given.keras"))
    write_stacks(find_scenes([folder]), tmp_path / "stacks.h5", count=2, size=24, copies=1)
    train([tmp_path / "stacks.h5"], tmp_path / "run", NETWORK, training)
    best = keras.saving.load_model(tmp_path / "run" / "best.keras", compile=False)
    kernels = [
        [layer.get_weights()[0] for layer in model.get_layer("mapper").get_layer("coder").layers if layer.weights]
        for model in (given, best)
    ]
    for one, other in zip(*kernels, strict=True):
        np.testing.assert_array_equal(one, other)


def test_moved_scenes_are_left_out(folder, tmp_path, monkeypatch):
    pytest.importorskip("tensorflow")
    given = {}
    monkeypatch.setattr("cscfuse_keras.training.mef.fit", lambda model, loss, data, *others: given.update(data=data))
    monkeypatch.setattr("pipelines.scenes.largest_shift", lambda scene: 5.0 * (scene.name == "scene1"))
    for limit, count in ((0.0, 3), (2.0, 2)):
        training = dataclasses.replace(TRAINING, largest_shift=limit, batch_size=1)
        train([folder], tmp_path / str(limit), NETWORK, training)
        assert given["data"].steps == count
        assert len(list(itertools.islice(given["data"].batches_from(0, 0), count))) == count


def test_patches_of_another_shape_are_refused(folder, tmp_path):
    write_stacks(find_scenes([folder]), tmp_path / "stacks.h5", count=3, size=24, copies=1)
    with pytest.raises(UsageError, match=r"expected patches of shape \(2, 24, 24, 3\).*found \(3, 24, 24, 3\)"):
        train([tmp_path / "stacks.h5"], tmp_path / "run", NETWORK, TRAINING)
    with pytest.raises(UsageError, match="expected one patch file or folders of pictures, found 2 sources"):
        train([tmp_path / "stacks.h5", folder], tmp_path / "run", NETWORK, TRAINING)
