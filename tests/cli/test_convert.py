"""`cscfuse convert` on golden weights stored as the release stores its own."""

from pathlib import Path

import keras
import numpy as np
import pytest

torch = pytest.importorskip("torch")
GOLDEN = Path(__file__).parents[1] / "golden"


def golden(name):
    return np.load(GOLDEN / f"{name}.npz")


def state_of(arrays):
    return {key.removeprefix("state."): torch.tensor(arrays[key]) for key in arrays.files if key.startswith("state.")}


@pytest.fixture
def files(tmp_path):
    """The three parts: bare, inside a checkpoint, and as saved after parallel training."""
    parts = {name: tmp_path / f"{name}.model" for name in ("base", "detail", "decoder")}
    torch.save(state_of(golden("02_ivf_encoder_base")), parts["base"])
    torch.save({"weight": state_of(golden("02_ivf_encoder_detail")), "epoch": 3}, parts["detail"])
    decoder = {f"module.{key}": value for key, value in state_of(golden("03_ivf_decoder")).items()}
    torch.save(decoder, parts["decoder"])
    return parts


def weights(*paths):
    return [argument for path in paths for argument in ("--weights", path)]


def nhwc(array):
    return np.moveaxis(array, 1, -1)


def test_converted_networks_meet_the_golden_vectors(cscfuse, files, tmp_path):
    output = tmp_path / "release.keras"
    result = cscfuse("convert", "--task", "ivf", *weights(*reversed(files.values())), "-o", output)
    assert result.exit_code == 0, result.output
    fusion = keras.saving.load_model(output, compile=False)
    encoder, decoder = fusion.get_layer("encoder"), fusion.get_layer("decoder")
    for branch, (name, tolerance) in enumerate((("base", 6e-6), ("detail", 7.5e-6))):
        vectors = golden(f"02_ivf_encoder_{name}")
        codes = encoder.predict_on_batch(nhwc(vectors["in.image"]))
        np.testing.assert_allclose(codes[branch], nhwc(vectors["out.code"]), rtol=0, atol=5 * tolerance)
    vectors = golden("03_ivf_decoder")
    image = keras.ops.convert_to_numpy(decoder(nhwc(vectors["in.base"]), nhwc(vectors["in.detail"])))
    np.testing.assert_allclose(image, nhwc(vectors["out.image"]), rtol=0, atol=5e-7)


def test_parts_must_be_complete_and_different(cscfuse, files, tmp_path):
    output = ["-o", tmp_path / "x.keras"]
    missing = cscfuse("convert", "--task", "ivf", *weights(files["base"], files["decoder"]), *output)
    assert missing.exit_code == 4
    assert "detail encoder" in missing.output
    shape = state_of(golden("03_ivf_decoder"))
    shape["decode_last.4.weight"] = shape["decode_last.4.weight"][:8]
    torch.save(shape, files["decoder"])
    wrong = cscfuse("convert", "--task", "ivf", *weights(*files.values()), *output)
    assert wrong.exit_code == 4
    assert "decode_last.4.weight" in wrong.output
    assert not (tmp_path / "x.keras").exists()


def test_nothing_in_a_file_is_executed(cscfuse, files, tmp_path):
    marker = tmp_path / "executed"

    class Hostile:
        def __reduce__(self):
            return (Path.touch, (marker,))

    torch.save({"weight": Hostile()}, files["base"])
    result = cscfuse("convert", "--task", "ivf", *weights(*files.values()), "-o", tmp_path / "x.keras")
    assert result.exit_code == 3
    assert str(files["base"]) in result.output.replace("\n", "")
    assert not marker.exists()
