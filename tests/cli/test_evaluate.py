"""`cscfuse evaluate`."""

import csv
import json

import numpy as np

from cscfuse_keras.io import write_picture
from cscfuse_keras.metrics import METRICS, evaluate_ivf
from cscfuse_keras.samples import night_road

NAMES = ["--infrared", "--visible", "--fused"]


def write_scene(folder, stem, seed=0):
    infrared, visible = (np.rint(255 * image).astype("uint8") for image in night_road(height=64, width=80, seed=seed))
    write_picture(folder / "ir" / f"{stem}.png", infrared)
    write_picture(folder / "vis" / f"{stem}.png", visible[..., 1])
    return infrared, visible[..., 1]


def test_scores_of_given_pictures(cscfuse, tmp_path):
    infrared, visible = write_scene(tmp_path, "scene")
    write_picture(tmp_path / "fused" / "scene.png", visible // 2 + infrared // 2)
    folders = ["--infrared", tmp_path / "ir", "--visible", tmp_path / "vis"]
    result = cscfuse("evaluate", "--task", "ivf", *folders, "--fused", tmp_path / "fused", "-o", tmp_path / "report")
    assert result.exit_code == 0, result.output
    expected = evaluate_ivf(visible // 2 + infrared // 2, infrared, visible)
    with (tmp_path / "report" / "scores.csv").open() as file:
        row = next(csv.DictReader(file))
    assert float(row["EN"]) == np.float64(expected["EN"]).round(12) or abs(float(row["EN"]) - expected["EN"]) < 1e-6
    assert "scene" in (tmp_path / "report" / "index.html").read_text()


def test_scores_of_a_preset_name_what_is_missing(cscfuse, tmp_path):
    write_scene(tmp_path, "a")
    write_scene(tmp_path, "b", seed=1)
    (tmp_path / "vis" / "b.png").unlink()
    folders = ["--infrared", tmp_path / "ir", "--visible", tmp_path / "vis"]
    result = cscfuse("evaluate", "--task", "ivf", *folders, "-o", tmp_path / "report", "--definitions", "table1")
    assert result.exit_code == 3
    assert "b.png" in result.output
    report = json.loads((tmp_path / "report" / "scores.json").read_text())
    assert report["about"]["fused by"] == "ivf"
    again = cscfuse("evaluate", "--task", "ivf", *folders, "-o", tmp_path / "report")
    assert again.exit_code == 2


def test_preset_and_fused_exclude_each_other(cscfuse, tmp_path):
    arguments = ["--infrared", tmp_path, "--visible", tmp_path, "--fused", tmp_path, "--preset", "ivf"]
    result = cscfuse("evaluate", "--task", "ivf", *arguments, "-o", tmp_path / "report")
    assert result.exit_code == 2


def test_both_folders_are_needed(cscfuse, tmp_path):
    result = cscfuse("evaluate", "--task", "ivf", "--infrared", tmp_path, "-o", tmp_path / "report")
    assert result.exit_code == 2
    assert "expected --visible" in result.output


def test_pictures_of_few_of_16_bits_are_judged_as_what_their_full_scale_says(cscfuse, tmp_path):
    infrared, visible = write_scene(tmp_path, "scene")
    write_picture(tmp_path / "fused" / "scene.png", visible // 2 + infrared // 2)
    folders = ["ir", "vis", "fused"]
    for name, image, factor in zip(
        folders, (infrared, visible, visible // 2 + infrared // 2), (64, 16, 16), strict=True
    ):
        write_picture(tmp_path / "deep" / name / "scene.png", image.astype("uint16") * factor)

    def scores(place, *options):
        paths = [item for name, option in zip(folders, NAMES, strict=True) for item in (option, place / name)]
        result = cscfuse("evaluate", "--task", "ivf", *paths, "-o", place / "report", "--overwrite", *options)
        assert result.exit_code == 0, result.output
        unstated = place.name == "deep" and not options
        assert ("state its largest value by --full-scale" in result.output) == unstated
        return next(iter(json.loads((place / "report" / "scores.json").read_text())["items"][0]["scores"].values()))

    stated = ["--full-scale", 255 * 16, "--infrared-full-scale", 255 * 64]
    assert scores(tmp_path / "deep", *stated) == scores(tmp_path)
    assert scores(tmp_path / "deep") != scores(tmp_path)


def test_full_scale_is_of_16_bits(cscfuse, tmp_path):
    folders = ["--infrared", tmp_path, "--visible", tmp_path, "-o", tmp_path / "report"]
    result = cscfuse("evaluate", "--task", "ivf", *folders, "--full-scale", "1")
    assert result.exit_code == 2
    assert "--full-scale: expected a whole number from 256 to 65535" in result.output


def test_metrics_by_name(cscfuse, tmp_path):
    infrared, visible = write_scene(tmp_path, "scene")
    write_picture(tmp_path / "fused" / "scene.png", visible)
    arguments = ["--infrared", tmp_path / "ir", "--visible", tmp_path / "vis", "--fused", tmp_path / "fused"]
    result = cscfuse("evaluate", "--task", "ivf", *arguments, "-o", tmp_path / "report", "--metrics", "Qcv,FMI-dct,EN")
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "report" / "scores.json").read_text())
    assert [row["name"] for row in report["metrics"]] == ["EN", "FMI-dct", "Qcv"]
    scores = next(iter(report["items"][0]["scores"].values()))
    assert scores == {row: METRICS[row].function(visible, (infrared, visible)) for row in ("EN", "FMI-dct", "Qcv")}


def test_metrics_and_definitions_exclude_each_other_and_names_are_checked(cscfuse, tmp_path):
    folders = ["--infrared", tmp_path, "--visible", tmp_path, "-o", tmp_path / "report"]
    result = cscfuse("evaluate", "--task", "ivf", *folders, "--metrics", "all", "--definitions", "all")
    assert result.exit_code == 2
    assert "--metrics and --definitions: expected one of the two" in result.output
    result = cscfuse("evaluate", "--task", "ivf", *folders, "--metrics", "Qcd")
    assert result.exit_code == 2
    assert "expected all or names among EN, MI" in result.output
    assert "found 'Qcd'" in result.output
    assert not (tmp_path / "report").exists()
