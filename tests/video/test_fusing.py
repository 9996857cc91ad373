from fractions import Fraction

import numpy as np
import pytest

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io import limits
from cscfuse_keras.video.fusing import fuse_videos
from cscfuse_keras.video.writing import VideoWriter

av = pytest.importorskip("av")
SIZE = (64, 96)


@pytest.fixture
def pair(tmp_path, draw_scene, write_video):
    """Write an infrared and a visible video of some pictures at rates; further settings are of the visible one."""

    def write(count=10, rates=(10, 10), names=("infrared.mkv", "visible.mp4"), infrared=None, **visible):
        seconds = count / 10
        drawn = [
            [draw_scene(k / rate, seed=seed) for k in range(round(seconds * rate))] for seed, rate in enumerate(rates)
        ]
        return (
            write_video(tmp_path / names[0], drawn[0], rate=rates[0], **(infrared or {})),
            write_video(tmp_path / names[1], drawn[1], rate=rates[1], **visible),
        )

    return write


def packets(path):
    with av.open(str(path)) as container:
        return [(packet.pts, bytes(packet)) for packet in container.demux(audio=0) if packet.size]


def test_times_tags_sound_and_title_are_kept(pair, fuser, tmp_path, read_frames, recwarn):
    tags = {"color_range": 2, "color_primaries": 9, "color_trc": 16, "colorspace": 9}
    # Of a variable rate.
    times = [0, 400, 800, 1500, 1900, 2600, 3000, 3100, 3700, 3900]
    sources = pair(
        sound=1.0, tags=tags, times=times, time_base=Fraction(1, 4000), metadata={"title": "A road at night"}
    )
    output = tmp_path / "fused.mp4"
    assert fuse_videos(fuser, *sources, output) == 10
    frames, expected = read_frames(output), read_frames(sources[1])
    assert [frame.pts * frame.time_base for frame in frames] == [Fraction(time, 4000) for time in times]
    with av.open(str(sources[1])) as source, av.open(str(output)) as fused:
        assert fused.metadata["title"] == "A road at night"
        first, second = source.streams.video[0], fused.streams.video[0]
        for name in ("time_base", "average_rate", "duration", "start_time"):
            assert getattr(first, name) == getattr(second, name), name
        assert {name: getattr(second.codec_context, name) for name in tags} == tags
    assert (frames[0].color_range, frames[0].colorspace) == (expected[0].color_range, expected[0].colorspace)
    assert packets(output) == packets(sources[1]) != []
    assert [str(warning.message) for warning in recwarn] == []


def test_a_picture_is_fused_as_a_still_one_is(pair, fuser, tmp_path, read_frames):
    """The first one: later ones have averaged statistics."""
    infrared, visible = pair(count=2)
    fuse_videos(fuser, infrared, visible, tmp_path / "fused.mkv", crf=1)
    luma = [
        (frame.to_ndarray()[: SIZE[0]].astype("float32") - 16) / 219
        for frame in (read_frames(path)[0] for path in (infrared, visible, tmp_path / "fused.mkv"))
    ]
    expected = fuser.fuse(*(np.clip(plane, 0, 1) for plane in luma[:2]))
    assert np.abs(luma[2] - expected).mean() < 0.004


@pytest.mark.parametrize("rates", [(30, 10), (4, 10)])
def test_other_rates_pair_by_time(rates, pair, fuser, tmp_path, read_frames):
    """The hot block, which moves, is where it is at that time."""
    output = tmp_path / "fused.mp4"
    sources = pair(rates=rates)
    fuse_videos(fuser, *sources, output)
    infrared = [frame.time for frame in read_frames(sources[0])]
    frames = read_frames(output)
    assert len(frames) == 10
    for frame in frames:
        nearest = min(abs(time - frame.time) for time in infrared)
        bright = np.flatnonzero(frame.to_ndarray()[20:28].mean(axis=0) > 190)
        left = SIZE[1] * (0.1 + 0.1 * frame.time)
        assert abs(bright[0] - left) < 2.5 + SIZE[1] * 0.1 * nearest


@pytest.mark.parametrize(
    ("offset", "kept", "told"), [(0.5, slice(5, 10), "first 0.50 s"), (-0.5, slice(0, 5), "after 0.40 s")]
)
def test_an_offset_leaves_what_has_no_partner(offset, kept, told, pair, fuser, tmp_path, read_frames):
    output = tmp_path / "fused.mp4"
    sources = pair(sound=1.0)
    with pytest.warns(UserWarning, match=told):
        assert fuse_videos(fuser, *sources, output, time_offset=offset) == 5
    frames = read_frames(output)
    assert [frame.time for frame in frames] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    seconds = len(packets(output)) * 1024 / 44100
    assert 0.45 <= seconds <= 0.65
    assert packets(output)[0][0] <= 1024


def test_sound_of_the_infrared_video_where_the_visible_has_none(pair, fuser, tmp_path):
    sources = pair(names=("infrared.mp4", "visible.mp4"), infrared={"sound": 1.0})
    fuse_videos(fuser, *sources, tmp_path / "fused.mp4")
    found, expected = ([content for _, content in packets(path)] for path in (tmp_path / "fused.mp4", sources[0]))
    # Up to where the pictures end, and none from before they start.
    assert len(found) >= 40
    assert found == expected[len(expected) - len(found) :] or found == expected[: len(found)]


@pytest.mark.parametrize("preset_changes", ["hot", "lamp"])
def test_brightness_does_not_flicker(preset_changes, fuser, tmp_path, draw_scene, write_video, read_frames):
    """A block of one video flickers: the mean changes no more than the sources', and the ground stays as it is."""
    flickering = [draw_scene(0, hot=0.95 if k % 4 < 2 else 0.3) for k in range(24)]
    steady = [draw_scene(0, hot=0.4, seed=1)] * 24
    drawn = (flickering, steady) if preset_changes == "hot" else (steady, flickering)
    sources = [write_video(tmp_path / f"{k}.mkv", pictures, rate=25) for k, pictures in enumerate(drawn)]
    fuse_videos(fuser, *sources, tmp_path / "fused.mkv", crf=4)
    luma = [
        np.stack([frame.to_ndarray()[: SIZE[0]] / 255 for frame in read_frames(path)])
        for path in (*sources, tmp_path / "fused.mkv")
    ]
    alone = np.stack(
        [fuser.fuse(*(plane.astype("float32") for plane in planes)) for planes in zip(*luma[:2], strict=True)]
    )
    change = [np.abs(np.diff(pictures.mean(axis=(1, 2)))).mean() for pictures in luma]
    assert change[2] <= 1.2 * max(change[:2])
    ground = [np.abs(np.diff(pictures[:, 40:, 40:].mean(axis=(1, 2)))).mean() for pictures in (luma[2], alone)]
    assert ground[0] < 0.25 * ground[1]


@pytest.mark.parametrize("suffix", ["mov", "mkv", "webm"])
def test_other_formats(suffix, pair, fuser, tmp_path, read_frames):
    output = tmp_path / f"fused.{suffix}"
    fuse_videos(fuser, *pair(count=3), output)
    frames = read_frames(output)
    assert [round(frame.time, 3) for frame in frames] == [0, 0.1, 0.2]
    assert (frames[0].height, frames[0].width) == SIZE


def test_depth_and_layout_are_kept(pair, fuser, tmp_path, read_frames):
    fuse_videos(fuser, *pair(count=3, form="yuv422p10le"), tmp_path / "fused.mp4")
    assert read_frames(tmp_path / "fused.mp4")[0].format.name == "yuv422p10le"


def test_without_libx264(pair, fuser, tmp_path, monkeypatch, read_frames):
    monkeypatch.setattr(av, "codecs_available", {"mpeg4"})
    fuse_videos(fuser, *pair(count=3), tmp_path / "fused.mp4")
    with av.open(str(tmp_path / "fused.mp4")) as container:
        assert container.streams.video[0].codec_context.name == "mpeg4"
    assert len(read_frames(tmp_path / "fused.mp4")) == 3


def test_turned_cameras_give_upright_videos(pair, fuser, tmp_path, draw_scene, write_video, read_frames):
    infrared, _ = pair(count=3)
    lying = [np.rot90(draw_scene(k / 10, seed=1), -1) for k in range(3)]
    visible = write_video(tmp_path / "lying.mp4", lying, rotation=90)
    fuse_videos(fuser, infrared, visible, tmp_path / "fused.mp4")
    frame = read_frames(tmp_path / "fused.mp4")[0]
    assert (frame.height, frame.width, frame.rotation) == (*SIZE, 0)
    # The hot block of both is in one place.
    assert frame.to_ndarray()[20:28, 12:22].min() > 190


def test_interrupted_leaves_what_is_done(pair, fuser, tmp_path, read_frames):
    def interrupt(seconds, length):
        assert length == pytest.approx(1)
        if seconds > 0.55:
            raise KeyboardInterrupt

    output = tmp_path / "fused.mp4"
    with pytest.raises(KeyboardInterrupt, match=r"stopped after 7 frames; .*fused\.mp4 holds them"):
        fuse_videos(fuser, *pair(sound=1.0), output, told=interrupt)
    assert len(read_frames(output)) == 7
    assert fuser.runtime.over_time is None


def test_interrupted_twice_leaves_nothing(pair, fuser, tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(VideoWriter, "finish", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fuse_videos(fuser, *pair(count=4), tmp_path / "fused.mp4", told=interrupt)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["infrared.mkv", "visible.mp4"]


def refused(fuser, sources, output, expected, problem=InputError, **settings):
    with pytest.raises(problem, match=expected):
        fuse_videos(fuser, *sources, output, **settings)
    assert not output.exists()
    assert not list(output.parent.glob(".partial*"))


def test_what_is_no_video(pair, fuser, tmp_path):
    infrared, visible = pair(count=2)
    output = tmp_path / "fused.mp4"
    (tmp_path / "text.mp4").write_text("no video")
    refused(fuser, (infrared, tmp_path / "text.mp4"), output, "text.mp4: expected a video, found none")
    refused(fuser, (infrared, tmp_path / "absent.mp4"), output, "found nothing")
    (tmp_path / "empty.mp4").write_bytes(b"")
    refused(fuser, (tmp_path / "empty.mp4", visible), output, "empty.mp4: expected a video")


def test_a_damaged_picture_ends_with_its_time(pair, fuser, tmp_path):
    infrared, visible = pair(count=30)
    damaged = tmp_path / "damaged.mkv"
    with av.open(str(visible)) as source, av.open(str(damaged), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                if packet.pts * packet.time_base == 2:
                    packet.update(bytes(range(256))[: packet.size].ljust(packet.size))
                packet.stream = stream
                target.mux(packet)
    refused(
        fuser, (infrared, damaged), tmp_path / "fused.mp4", "damaged.mkv: expected a whole video.* after 1.[0-9]0 s"
    )


def test_a_file_that_was_cut_off_is_fused_as_far_as_it_goes(pair, fuser, tmp_path, read_frames):
    infrared, visible = pair(count=40, names=("infrared.mp4", "visible.mkv"))
    whole = visible.read_bytes()
    visible.write_bytes(whole[: len(whole) // 2])
    with pytest.warns(UserWarning, match=r"its header tells of 4.0 s, its pictures end after [12]\.. s; it may be cut"):
        frames = fuse_videos(fuser, infrared, visible, tmp_path / "fused.mp4")
    assert 10 < frames == len(read_frames(tmp_path / "fused.mp4")) < 30


def test_playlists_are_not_opened(pair, fuser, tmp_path):
    """They would open further files."""
    infrared, visible = pair(count=2)
    playlist = tmp_path / "list.m3u8"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{visible.name}\n#EXT-X-ENDLIST\n")
    refused(fuser, (infrared, playlist), tmp_path / "fused.mp4", "found none that can be opened")


def test_what_does_not_go_together(pair, fuser, tmp_path, draw_scene, write_video):
    infrared, visible = pair(count=3, sound=1.0)
    output = tmp_path / "fused.mp4"
    small = write_video(tmp_path / "small.mp4", [draw_scene(0, (48, 96))] * 3)
    refused(fuser, (small, visible), output, "found 96 x 48 and 96 x 64")
    refused(fuser, (infrared, visible), output, "see --time-offset", time_offset=60)
    refused(fuser, (infrared, visible), tmp_path / "fused.webm", r"holds the sound \(aac\)", UsageError)
    with limits.limited(pixels=1000):
        refused(fuser, (infrared, visible), output, "expected at most 1000 pixels")


def test_false_colours_are_told(fuser, tmp_path, draw_scene, write_video):
    drawn = [draw_scene(k / 10) for k in range(2)]
    palette = write_video(tmp_path / "palette.mp4", [np.stack([one, 1 - one, 0 * one], -1) for one in drawn])
    visible = write_video(tmp_path / "visible.mp4", drawn)
    with pytest.warns(UserWarning, match="expected grey, found colour"):
        fuse_videos(fuser, palette, visible, tmp_path / "fused.mp4")
