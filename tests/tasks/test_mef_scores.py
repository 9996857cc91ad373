import numpy as np
import pytest

from cscfuse_keras.baselines.mertens import MertensFuser
from cscfuse_keras.errors import InputError
from cscfuse_keras.io import to_depth, write_picture
from cscfuse_keras.metrics import METRICS, evaluate_mef, metrics_for
from cscfuse_keras.samples import exposure_bracket
from cscfuse_keras.tasks.mef_scores import MERTENS, FusedSource, Scene, fused_from_folder, judge, plan


@pytest.fixture(scope="module")
def bracket():
    return np.rint(255 * exposure_bracket(3, 64, 80)).astype("uint8")


@pytest.fixture
def write_scene(tmp_path):
    def write(exposures, name="room"):
        paths = tuple(tmp_path / "scenes" / name / f"{k}.png" for k in range(len(exposures)))
        for path, image in zip(paths, exposures, strict=True):
            write_picture(path, image)
        return Scene(name, paths)

    return write


@pytest.fixture
def mean():
    """A method to judge: the mean of the exposures."""
    return FusedSource(
        "mean", lambda scene, exposures, full_scale: np.float32(np.mean(exposures, axis=0) / np.float32(full_scale))
    )


METHODS = ["mean", MERTENS]
ROWS = metrics_for("mef", None)


class TestPlan:
    @pytest.fixture
    def folder(self, tmp_path):
        """Folder of two scenes; planning looks at names only."""
        for scene in ("room v1.2", "window"):
            (tmp_path / "scenes" / scene).mkdir(parents=True)
            for k in (1, 2, 10):
                (tmp_path / "scenes" / scene / f"{k}.jpg").touch()
        return tmp_path / "scenes"

    @pytest.fixture
    def fused(self, tmp_path):
        def write(*names, folder=tmp_path / "fused"):
            folder.mkdir()
            for name in names:
                (folder / name).touch()
            return folder

        return write

    def test_scenes_are_those_of_a_batch(self, folder, tmp_path):
        (folder / "empty").mkdir()
        (folder / "report").mkdir()
        scenes, left_over = plan(folder, folder / "report")
        assert [scene.name for scene in scenes] == ["room v1.2", "window"]
        assert [path.name for path in scenes[0].exposures] == ["1.jpg", "2.jpg", "10.jpg"]
        assert [path.name for path, _ in left_over] == ["empty"]

    def test_fused_pictures_are_named_after_scenes(self, folder, fused, tmp_path):
        pictures = fused("room v1.2.png", "window.tif")
        scenes, left_over = plan(folder, tmp_path / "report", pictures)
        assert [scene.fused for scene in scenes] == [pictures / "room v1.2.png", pictures / "window.tif"]
        assert left_over == []

    def test_what_is_in_no_pair_is_told(self, folder, fused, tmp_path):
        pictures = fused("window.png", "window.jpg", "room v1.2.jpg", "other.png")
        scenes, left_over = plan(folder, tmp_path / "report", pictures)
        assert [scene.name for scene in scenes] == ["room v1.2"]
        assert left_over == [
            (folder / "window", f"ambiguous: {pictures} holds window.jpg and window.png"),
            (pictures / "other.png", f"no scene of this name in {folder}"),
        ]
        (pictures / "room v1.2.jpg").unlink()
        (pictures / "window.jpg").unlink()
        _, left_over = plan(folder, tmp_path / "report", pictures)
        assert (folder / "room v1.2", f"no fused picture of this name in {pictures}") in left_over

    @pytest.mark.parametrize("names", [["window.png"], ["window.png", "room v1.2.png"]])
    def test_fused_pictures_among_the_scenes_are_no_scene(self, folder, fused, tmp_path, names):
        scenes, left_over = plan(folder, tmp_path / "report", fused(*names, folder=folder / "fused"))
        assert len(scenes) == len(names)
        assert "fused" not in [path.name for path, _ in left_over]

    def test_nothing_to_judge(self, folder, fused, tmp_path):
        with pytest.raises(InputError, match=r"such as room v1\.2\.png, found none"):
            plan(folder, tmp_path / "report", fused("other.png"))
        for missing in ((tmp_path / "no", None), (folder, tmp_path / "no")):
            with pytest.raises(InputError, match=r"no'?: expected a folder"):
                plan(missing[0], tmp_path / "report", missing[1])
        with pytest.raises(InputError, match="expected folders of two or more exposures"):
            plan(folder / "window", tmp_path / "report")


class TestJudge:
    def test_scores_are_those_of_the_method_and_of_mertens_fusion(self, write_scene, bracket, mean):
        scores, pictures = judge(write_scene(bracket), mean, ROWS)
        fused = to_depth(np.float32(bracket.mean(axis=0) / 255), "uint8")
        mertens = to_depth(MertensFuser().fuse(bracket, 255), "uint8")
        assert list(scores) == METHODS
        assert scores["mean"] == evaluate_mef(fused, bracket)
        np.testing.assert_array_equal(pictures["fused"], fused)
        # OpenCV's last digits vary, and with them a level here and there.
        assert scores[MERTENS] == pytest.approx(evaluate_mef(mertens, bracket), rel=0.01)
        np.testing.assert_allclose(pictures["Mertens"].astype(int), mertens, atol=1)

    def test_shows_exposures_by_brightness(self, write_scene, bracket, mean):
        _, pictures = judge(write_scene(bracket[[2, 0, 1]]), mean, [METRICS["PIQE"]])
        assert list(pictures) == ["fused", "Mertens", "darkest", "middle", "brightest"]
        for title, image in zip(["darkest", "middle", "brightest"], bracket, strict=True):
            np.testing.assert_array_equal(pictures[title], image)
        _, pictures = judge(write_scene(bracket[1:], "two"), mean, [METRICS["PIQE"]])
        assert list(pictures) == ["fused", "Mertens", "darkest", "brightest"]

    def test_16_bits_are_judged_as_8(self, write_scene, bracket, mean):
        shallow, deep = (
            judge(write_scene(images, name), mean, ROWS)
            for name, images in (("8", bracket), ("16", bracket.astype("uint16") * 257))
        )
        assert all(picture.dtype == np.uint8 for picture in deep[1].values())
        np.testing.assert_array_equal(deep[1]["darkest"], bracket[0])
        for method in METHODS:
            assert deep[0][method] == pytest.approx(shallow[0][method], rel=0.01)

    def test_full_scale_says_what_samples_mean(self, write_scene, bracket, tmp_path):
        scene = write_scene(bracket.astype("uint16") * 16)
        given = Scene("room", scene.exposures, tmp_path / "fused" / "room.png", full_scale=255 * 16)
        write_picture(given.fused, bracket[1].astype("uint16") * 16)
        _, pictures = judge(given, fused_from_folder(tmp_path / "fused"), [METRICS["PIQE"]])
        np.testing.assert_array_equal(pictures["fused"], bracket[1])
        np.testing.assert_array_equal(pictures["darkest"], bracket[0])

    def test_grey_exposures(self, write_scene, bracket, mean):
        scores, pictures = judge(write_scene(bracket[..., 1]), mean, ROWS)
        assert pictures["Mertens"].ndim == 2
        assert all(np.isfinite(list(scores[method].values())).all() for method in METHODS)

    def test_given_pictures_of_any_depth(self, write_scene, bracket, tmp_path):
        scene = write_scene(bracket)
        for name, picture in (("8", bracket[1]), ("16", np.maximum(bracket[1].astype("uint16") * 257, 100) - 100)):
            given = Scene("room", scene.exposures, tmp_path / "fused" / f"{name}.png")
            write_picture(given.fused, picture)
            _, pictures = judge(given, fused_from_folder(tmp_path / "fused"), [METRICS["PIQE"]])
            np.testing.assert_array_equal(pictures["fused"], bracket[1])

    def test_a_given_picture_of_another_size_is_named(self, write_scene, bracket, tmp_path):
        given = Scene("room", write_scene(bracket).exposures, tmp_path / "fused" / "room.png")
        write_picture(given.fused, bracket[1][2:])
        with pytest.raises(InputError, match=r"room\.png: expected the size of the exposures, 80 x 64, found 80 x 62"):
            judge(given, fused_from_folder(tmp_path / "fused"), ROWS)

    def test_bad_exposures_are_named(self, write_scene, bracket, mean):
        with pytest.raises(InputError, match=r"1\.png"):
            judge(write_scene([bracket[0], bracket[1][1:]]), mean, ROWS)
        with pytest.raises(InputError, match=r"tiny: .*at least 44 x 44"):
            judge(write_scene(bracket[:, :20, :30], "tiny"), mean, ROWS)
