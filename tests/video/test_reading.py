import cv2
import numpy as np
import pytest

from cscfuse_keras.errors import InputError
from cscfuse_keras.video.reading import VideoReader

av = pytest.importorskip("av")


@pytest.mark.parametrize(("suffix", "codec"), [("mp4", "libx264"), ("mkv", "mpeg4"), ("webm", "libvpx-vp9")])
def test_mutated_files_are_read_or_refused(suffix, codec, tmp_path):
    random = np.random.default_rng(0)
    path = tmp_path / f"whole.{suffix}"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.height, stream.width, stream.pix_fmt = 32, 48, "yuv420p"
        for picture in random.integers(0, 256, (4, 32, 48), "uint8"):
            frame = av.VideoFrame.from_ndarray(picture, format="gray")
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    whole, refused = path.read_bytes(), 0
    for _ in range(40):
        content = bytearray(whole)
        for place in random.integers(0, len(whole), random.choice([1, 5, 40])):
            content[place] = random.integers(256)
        path.write_bytes(content[: len(whole) if random.random() < 0.8 else random.integers(len(whole))])
        try:
            reader = VideoReader(path)
            for _ in reader.pictures():
                pass
            reader.close()
        except InputError:
            refused += 1
    assert 0 < refused < 40


def test_a_cover_is_no_video(tmp_path):
    path = tmp_path / "song.mkv"
    cover = cv2.imencode(".jpg", np.zeros((32, 48), "uint8"))[1].tobytes()
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", rate=44100, layout="mono")
        container.add_attachment("cover.jpg", "image/jpeg", cover)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), "float32"), format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 44100, 0
        container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    with av.open(str(path)) as container:
        assert len(container.streams.video) == 1
    with pytest.raises(InputError, match="found none in the file that can be decoded"):
        VideoReader(path)
