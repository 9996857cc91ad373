import dataclasses
import math
from typing import get_args, get_type_hints

import numpy as np
import pytest

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.metrics import METRICS, Metric, metrics_for, metrics_named
from cscfuse_keras.metrics.registry import _ROWS


def test_names_are_unique_and_are_the_keys():
    assert len(METRICS) == len(_ROWS)
    assert all(name == row.name for name, row in METRICS.items())


def test_table1_is_the_papers_columns_in_their_order():
    assert [row.name for row in metrics_for("ivf")] == ["EN", "MI", "SD", "SF", "VIF", "AG", "SCD"]


def test_sets_of_definitions_part_the_rows_of_a_task():
    parts = [*metrics_for("ivf", "table1"), *metrics_for("ivf", "textbook")]
    assert sorted(row.name for row in parts) == sorted(row.name for row in metrics_for("ivf", None))
    assert {"Qabf", "SSIM", "CC", "SD-global", "SF-valid", "VIFp"} <= {row.name for row in parts}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("iwf",), "task: expected one of ivf.* found 'iwf'"), (("ivf", "x"), "table1, textbook .* found 'x'")],
)
def test_unknown_names_tell_the_choices(arguments, message):
    with pytest.raises(UsageError, match=message):
        metrics_for(*arguments)


@pytest.mark.parametrize("row", METRICS.values(), ids=METRICS)
def test_a_row_is_complete_and_frozen(row):
    assert row.direction in get_args(get_type_hints(Metric)["direction"])
    assert row.value_range[0] < row.value_range[1]
    assert row.tasks
    for field in ("title", "definition", "source", "tested_against", "definition_set"):
        text = getattr(row, field)
        assert text
        assert "\n" not in text
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.name = "other"


def test_what_is_judged_without_being_asked_for():
    assert not {"further", "package"} & {row.definition_set for row in metrics_for("ivf", None)}
    assert {"CE", "FMI-dct", "MS-SSIM", "Nabf", "Qcb", "Qcv"} <= {row.name for row in metrics_for("ivf", "further")}


def test_names_give_rows_in_the_order_of_the_registry():
    assert [row.name for row in metrics_named("ivf", "Qcb, EN,LPIPS")] == ["EN", "Qcb", "LPIPS"]
    everything = [row for row in METRICS.values() if "ivf" in row.tasks and row.name != "LPIPS"]
    assert list(metrics_named("ivf", "all")) == everything
    assert metrics_named("mef", "all") == metrics_for("mef", None)


@pytest.mark.parametrize("names", ["EN,Qcd", "", "EN,", "PSNR"])
def test_names_that_are_none_tell_the_choices(names):
    found = names.split(",")[-1]
    with pytest.raises(UsageError, match=f"metrics: expected all or names among EN, MI, .* for ivf, found '{found}'"):
        metrics_named("ivf", names)


IVF = metrics_named("ivf", "all")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("row", IVF, ids=[row.name for row in IVF])
class TestEveryInfraredVisibleMetric:
    @pytest.fixture
    def images(self, row, fused, infrared, visible):
        """Multi-scale SSIM takes larger pictures than the others."""
        return [np.tile(image, (4, 4) if row.name == "MS-SSIM" else (1, 1)) for image in (fused, infrared, visible)]

    def test_returns_a_float_in_its_range(self, row, images):
        fused, infrared, visible = images
        board = 255.0 * (np.indices(fused.shape).sum(axis=0) % 2)
        for image in (fused, board, 255 - board):
            for sources in ((infrared, visible), (board, 255 - infrared)):
                value = row.function(image, sources)
                assert type(value) is float
                if not math.isnan(value):
                    assert row.value_range[0] - 1e-9 <= value <= row.value_range[1] + 1e-9

    def test_gives_the_same_for_other_number_types_and_memory_layouts(self, row, images):
        fused, infrared, visible = images
        expected = row.function(fused, (infrared, visible))
        for convert in (lambda x: x.astype(np.uint8), lambda x: x.astype(np.float32), np.asfortranarray):
            value = row.function(convert(fused), [convert(infrared), convert(visible)])
            assert value == pytest.approx(expected, rel=1e-12)

    def test_leaves_its_inputs_alone(self, row, images):
        fused, infrared, visible = images
        copies = [image.copy() for image in images]
        row.function(fused, (infrared, visible))
        for image, copy in zip(images, copies, strict=True):
            np.testing.assert_array_equal(image, copy)

    def test_refuses_images_off_the_8_bit_scale(self, row, images):
        fused, infrared, visible = images
        with pytest.raises(InputError, match=r"0\.\.255"):
            row.function(fused * 257, (infrared, visible))
