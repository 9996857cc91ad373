import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics import (
    METRICS,
    evaluate_ivf,
    evaluate_mef,
    evaluate_msf,
    evaluate_msf_inputs,
    metrics_for,
    metrics_named,
)
from cscfuse_keras.metrics.rgb_to_grey import eight_bit_grey


@pytest.fixture
def levels(fused, infrared, visible):
    return [image.astype(np.uint8) for image in (fused, infrared, visible)]


def test_holds_every_infrared_visible_row_of_the_usual_sets(levels, fused, infrared, visible):
    values = evaluate_ivf(*levels)
    assert list(values) == [row.name for row in metrics_for("ivf", None)]
    assert values == {name: METRICS[name].function(fused, (infrared, visible)) for name in values}


def test_only_the_rows_asked_for(levels, fused, infrared, visible):
    values = evaluate_ivf(*levels, metrics_named("ivf", "Qcb,EN"))
    assert values == {name: METRICS[name].function(fused, (infrared, visible)) for name in ("EN", "Qcb")}


def test_a_metric_that_takes_larger_pictures_is_named(levels):
    with pytest.raises(InputError, match=r"^MS-SSIM: fused image: expected at least 161 x 161 pixels, found 45 x 52"):
        evaluate_ivf(*levels, metrics_named("ivf", "all"))


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


class TestMultiExposure:
    @pytest.fixture
    def exposures(self, picture):
        return [picture // 2, np.minimum(picture, 127) * 2]

    def test_holds_every_row_that_needs_no_model_each_of_what_it_sees(self, picture, exposures):
        values = evaluate_mef(picture, exposures)
        assert list(values) == [name for name, row in METRICS.items() if "mef" in row.tasks]
        grey = [eight_bit_grey(image) for image in (picture, *exposures)]
        for name, value in values.items():
            fused, *sources = (picture, *exposures) if name == "MEF-SSIM-training" else grey
            assert value == METRICS[name].function(fused, sources), name

    def test_grey_pictures(self, picture, exposures):
        in_colour = evaluate_mef(picture, exposures)
        of_grey = evaluate_mef(*self.as_grey(picture, exposures))
        assert of_grey.pop("MEF-SSIM-training") != in_colour.pop("MEF-SSIM-training")
        assert of_grey == in_colour

    @staticmethod
    def as_grey(picture, exposures):
        fused, *sources = (eight_bit_grey(image).astype(np.uint8) for image in (picture, *exposures))
        return fused, sources

    def test_only_the_rows_asked_for(self, picture, exposures):
        assert list(evaluate_mef(picture, exposures, [METRICS["PIQE"]])) == ["PIQE"]

    def test_a_float_picture_is_not_guessed_to_be_0_to_1_or_0_to_255(self, picture, exposures):
        with pytest.raises(InputError, match="source 2: expected uint8, found float64"):
            evaluate_mef(picture, [exposures[0], exposures[1] / 255])
        with pytest.raises(InputError, match="fused image: expected uint8, found float64"):
            evaluate_mef(picture / 255, exposures)

    def test_shapes_must_agree(self, picture, exposures):
        with pytest.raises(InputError, match=r"source 2: .* found \(199, 215\)"):
            evaluate_mef(picture, [exposures[0], exposures[1][1:]])
        with pytest.raises(InputError, match="sources: expected at least 1 images, found 0"):
            evaluate_mef(picture, [])


class TestMultiSpectral:
    def test_with_and_without_truth(self, random_images):
        truth, guide = random_images(16, 24, 4), random_images(16, 24, 1, seed=1)
        low, low_guide = truth[::2, ::2], guide[::2, ::2]
        fused = np.kron(low, np.ones((2, 2, 1)))
        with_truth = evaluate_msf(fused, truth, low)
        assert list(with_truth) == ["PSNR", "SSIM-bands", "SAM", "ERGAS", "Q2n"]
        # Relative errors depend on the scale: told by the low-resolution image, half of it at twice the scale.
        halved = evaluate_msf(fused, truth, truth[::4, ::4])
        assert halved == pytest.approx({**with_truth, "ERGAS": with_truth["ERGAS"] / 2})
        without = evaluate_msf_inputs(fused, low, guide, low_guide)
        assert list(without) == ["D-lambda", "D-S", "QNR"]
        assert without["QNR"] == pytest.approx((1 - without["D-lambda"]) * (1 - without["D-S"]))

    def test_every_value_is_in_its_range(self, random_images):
        truth = random_images(16, 24, 5)
        values = evaluate_msf(1 - truth, truth, truth[::2, ::2])
        values |= evaluate_msf_inputs(1 - truth, truth[::2, ::2], truth[..., :2], truth[::2, ::2, :2])
        for name, value in values.items():
            assert METRICS[name].value_range[0] <= value <= METRICS[name].value_range[1], name
