"""Drawn videos."""

from fractions import Fraction

import numpy as np
import pytest

av = pytest.importorskip("av")


@pytest.fixture(scope="session")
def fuser():
    from cscfuse_keras.tasks.ivf import IVFFuser

    return IVFFuser("ivf-lite")


def scene(second, size=(64, 96), hot=1.0, seed=0):
    """Luma in [0, 1]: a fixed ground, and a hot block that moves to the right."""
    height, width = size
    ground = np.random.default_rng(seed).uniform(0.2, 0.6, (height // 8 + 1, width // 8 + 1))
    picture = np.kron(ground, np.ones((8, 8)))[:height, :width]
    left = int(width * (0.1 + 0.1 * second))
    picture[height // 4 : height // 2, left : left + width // 6] = hot
    return picture


@pytest.fixture(scope="session")
def draw_scene():
    return scene


@pytest.fixture(scope="session")
def write_video():
    """Write a video of pictures at times, counted in `time_base`; sound is a tone of `sound` seconds."""

    def write(
        path,
        pictures,
        times=None,
        rate=10,
        *,
        form="yuv420p",
        codec="libx264",
        tags=None,
        sound=0.0,
        rotation=0,
        **given,
    ):
        pictures = list(pictures)
        time_base = given.get("time_base", Fraction(1, 1000))
        times = [round(k / rate / time_base) for k in range(len(pictures))] if times is None else times
        with av.open(str(path), "w") as container:
            container.metadata.update(given.get("metadata", {}))
            stream = container.add_stream("libx264", rate=rate, options={"crf": "10", "preset": "ultrafast"})
            stream.height, stream.width = pictures[0].shape[:2]
            stream.pix_fmt = form
            context = stream.codec_context
            context.time_base = time_base
            for name, value in (tags or {}).items():
                setattr(context, name, value)
            if rotation:
                stream.set_display_rotation(rotation)
            tone = container.add_stream("aac", rate=44100, layout="mono") if sound else None
            for start in range(0, round(sound * 44100), 1024):
                wave = np.sin(np.arange(start, start + 1024) / 20).astype("float32")[np.newaxis]
                frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
                frame.sample_rate, frame.pts = 44100, start
                container.mux(tone.encode(frame))
            for picture, pts in zip(pictures, times, strict=True):
                grey = np.rint(255 * picture).astype("uint8")
                frame = av.VideoFrame.from_ndarray(grey, format="gray") if grey.ndim == 2 else None
                frame = frame or av.VideoFrame.from_ndarray(grey, format="rgb24")
                frame = frame.reformat(format=form)
                frame.pts, frame.time_base = pts, time_base
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
            if tone:
                container.mux(tone.encode(None))
        return path

    return write


@pytest.fixture(scope="session")
def read_frames():
    """Decode a whole video."""

    def read(path):
        with av.open(str(path)) as container:
            return list(container.decode(video=0))

    return read
