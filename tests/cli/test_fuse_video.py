import sys

import numpy as np
import pytest

from cscfuse_keras.tasks.ivf import IVFFuser

av = pytest.importorskip("av")


@pytest.fixture
def videos(tmp_path):
    """An infrared and a visible video of four pictures of noise."""
    paths = []
    for k, name in enumerate(("infrared.mp4", "visible.mp4")):
        paths.append(tmp_path / name)
        with av.open(str(paths[-1]), "w") as container:
            stream = container.add_stream("libx264", rate=10)
            stream.height, stream.width, stream.pix_fmt = 32, 48, "yuv420p"
            for picture in np.random.default_rng(k).integers(0, 256, (4, 32, 48), "uint8"):
                container.mux(
                    stream.encode(av.VideoFrame.from_ndarray(picture, format="gray").reformat(format="yuv420p"))
                )
            container.mux(stream.encode(None))
    return paths


def count_frames(path):
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


@pytest.fixture
def fuse(cscfuse, videos):
    return lambda *arguments: cscfuse("fuse", "--task", "ivf", "--preset", "ivf-lite", *videos, *arguments)


def test_fuses_into_a_file_or_folder(fuse, tmp_path):
    outcome = fuse("-o", tmp_path / "out", "--crf", 30)
    assert outcome.exit_code == 0, outcome.output
    assert "fused 4 frames" in outcome.output and str(tmp_path / "out/visible.mp4") in outcome.output
    assert count_frames(tmp_path / "out" / "visible.mp4") == 4
    outcome = fuse("-o", tmp_path / "out")
    assert outcome.exit_code == 2 and "add --overwrite" in outcome.output


def test_interrupted(fuse, tmp_path, monkeypatch):
    def interrupted(self, *pair, before=IVFFuser.fuse):
        calls.append(pair)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return before(self, *pair)

    calls = []
    monkeypatch.setattr(IVFFuser, "fuse", interrupted)
    output = tmp_path / "fused.mkv"
    outcome = fuse("-o", output)
    assert outcome.exit_code == 130
    assert outcome.output.splitlines() == [f"interrupted: stopped after 3 frames; {output} holds them"]
    assert count_frames(output) == 3


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("out.mp4", ("--align",), "--align: expected with pictures, found with out.mp4"),
        ("out.mp4", ("--full-scale", 4095), "--full-scale: expected with pictures"),
        (
            "out.png",
            ("--crf", 20),
            "--crf: expected with a video as OUTPUT (.mp4, .mov, .mkv, .webm)",
        ),
        ("out.png", ("--time-offset", 1), "--time-offset: expected with a video"),
        ("out.mp4", ("--crf", 60), "--crf"),
        ("infrared.mp4", ("--overwrite",), "found an input itself"),
        ("out.avi", (), "expected a name ending in"),
    ],
)
def test_refused_before_the_work(name, options, expected, fuse, tmp_path):
    outcome = fuse("-o", tmp_path / name, *options)
    assert outcome.exit_code == 2
    assert expected in outcome.output and outcome.output.count("\n") == 1


def test_without_pyav(fuse, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    outcome = fuse("-o", tmp_path / "out.mp4")
    assert outcome.exit_code == 5
    assert "pip install 'cscfuse-keras[video]'" in outcome.output and outcome.output.count("\n") == 1
