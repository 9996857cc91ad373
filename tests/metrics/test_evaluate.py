import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics import METRICS, evaluate_ivf


@pytest.fixture
def levels(fused, infrared, visible):
    return [image.astype(np.uint8) for image in (fused, infrared, visible)]


def test_holds_every_infrared_visible_row(levels, fused, infrared, visible):
    values = evaluate_ivf(*levels)
    assert list(values) == [name for name, row in METRICS.items() if "ivf" in row.tasks]
    assert values == {name: METRICS[name].function(fused, (infrared, visible)) for name in values}


def test_the_mean_of_the_sources_has_less_contrast(levels):
    _, infrared, visible = levels
    mean = np.rint((infrared.astype(float) + visible) / 2).astype(np.uint8)
    of_mean = evaluate_ivf(mean, infrared, visible)
    of_infrared = evaluate_ivf(infrared, infrared, visible)
    assert all(of_mean[name] < of_infrared[name] for name in ("EN", "SD", "SF-valid", "AG"))


@pytest.mark.filterwarnings("error")
def test_constant_images_have_values_where_the_definitions_do():
    grey = np.full((44, 50), 90, np.uint8)
    values = evaluate_ivf(grey, grey, grey)
    border = 90 * (1 / 44 + 1 / 50) ** 0.5
    expected = {
        "EN": 0,
        "MI": 0,
        "SD": 0,
        "SF": border,
        "VIF": 1,
        "AG": 0,
        "SSIM": 1,
        "SD-global": 0,
        "SF-valid": 0,
    }
    assert {name: values[name] for name in expected} == pytest.approx(expected, abs=1e-6)
    assert np.isnan([values["CC"], values["SCD"], values["VIFp"]]).all()


def test_a_float_image_is_not_guessed_to_be_0_to_1_or_0_to_255(levels):
    fused, infrared, visible = levels
    with pytest.raises(InputError, match="visible: expected uint8, found float64"):
        evaluate_ivf(fused, infrared, visible / 255)


def test_shapes_must_agree(levels):
    fused, infrared, visible = levels
    with pytest.raises(InputError, match=r"source 2: .* found \(45, 51\)"):
        evaluate_ivf(fused, infrared, visible[:, 1:])
