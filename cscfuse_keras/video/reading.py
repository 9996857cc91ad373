"""Videos read picture by picture, and the packets of their sound."""

import contextlib
import dataclasses
from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from cscfuse_keras.errors import InputError
from cscfuse_keras.io import limits
from cscfuse_keras.io.paths import check_found
from cscfuse_keras.video.colour import ColourTags, Planes, planes_of, tags_of
from cscfuse_keras.video.library import pyav

# What holds pictures itself. Not playlists and the like, which would open other files, or connections.
_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,h264,hevc,m4v"
_COVER = 0x400
"""AV_DISPOSITION_ATTACHED_PIC."""
_GUESSED_RATE = Fraction(25)


@dataclasses.dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture.

    Attributes:
        planes: luma and chroma, turned as it is to be shown.
        pts: its time in the stream's time base.
        duration: likewise; 0 if unknown.
    """

    planes: Planes
    pts: int
    duration: int


class VideoReader:
    """Reads the first video stream of a file, and if wanted its first audio stream, in the order of the file.

    Args:
        path: the file.
        with_sound: whether sound is wanted.

    Attributes:
        size: height and width of the pictures as they are shown.
        rate: pictures a second, on average.
        time_base: seconds that `Picture.pts` counts.
        first: the first picture.
        start: its pts.
        length: in seconds as the file states it; 0 if it does not.
        tags: colour tags of the first picture.
        aspect: width by height of a pixel; None if not told.
        metadata: what the file says of itself: title, time of recording.
        sound_stream: `av.AudioStream`; None if there is none, or it is not wanted.
        sound: packets of it that were met so far, for the caller to take away.
        finished: whether `pictures` gave all.
        notes: what is odd, for a warning.

    Raises:
        InputError: it cannot be read, holds no video, or its pictures are too large.
        EnvironmentProblem: there is no PyAV.
    """

    def __init__(self, path: Path, with_sound: bool = True):
        self.path = path
        self.sound: deque[Any] = deque()
        self.notes: list[str] = []
        self.finished = False
        check_found(path, "a video")
        self._errors = pyav().FFmpegError
        options = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
        try:
            self._container = pyav().open(f"file:{path}", options=options, metadata_errors="replace")
        except (self._errors, OSError) as problem:
            raise InputError(
                f"{path}: expected a video, found none that can be opened ({problem.strerror}); check the file"
            ) from None
        try:
            self._open(with_sound)
        except BaseException:
            self.close()
            raise

    def _open(self, with_sound):
        # Streams of a kind that FFmpeg does not know have no context; covers are no video.
        known = [stream for stream in self._container.streams if stream.codec_context is not None]
        videos = [stream for stream in known if stream.type == "video" and not stream.disposition & _COVER]
        sounds = [stream for stream in known if stream.type == "audio"]
        if not videos:
            raise InputError(f"{self.path}: expected a video, found none in the file that can be decoded; name another")
        self._stream = stream = videos[0]
        self.sound_stream = sounds[0] if with_sound and sounds else None
        context, most = stream.codec_context, limits.current().pixels
        self._check_pixels(context.width, context.height, most)
        # What the header claims, a packet may take back.
        context.options = {"max_pixels": str(most)}
        context.thread_type = "AUTO"
        self.rate = stream.average_rate or stream.guessed_rate or _GUESSED_RATE
        self.time_base = stream.time_base or 1 / self.rate
        stated = stream.duration
        self.length = float(stated * self.time_base) if stated else float(self._container.duration or 0) / 1e6
        self.metadata = dict(self._container.metadata)
        self._frames = self._decoded()
        frame = next(self._frames, None)
        if frame is None:
            raise InputError(f"{self.path}: expected a video, found no picture that can be decoded; check the file")
        # As it is to be shown; cameras that were held upright store theirs lying.
        self._quarter_turns = round(frame.rotation / 90) % 4
        self.tags: ColourTags = tags_of(frame, context)
        self._stored_size = frame.width, frame.height
        self.first = self._picture(frame, frame.pts or 0)
        self.start, self.size = self.first.pts, self.first.planes.luma.shape
        self.aspect: Fraction | None = stream.sample_aspect_ratio or None
        if self.aspect and self._quarter_turns % 2:
            self.aspect = 1 / self.aspect
        if frame.interlaced_frame:
            self.notes.append(f"{self.path}: its pictures are interlaced, and fused as they are; deinterlace it first")

    def pictures(self) -> Iterator[tuple[float, Picture]]:
        """Give the pictures, each with its time in seconds since the first one's; to be called once.

        Raises:
            InputError: the file is damaged, or the size of its pictures changes.
        """
        step = round(1 / (self.rate * self.time_base))
        damaged = dropped = 0
        picture = self.first
        yield 0.0, picture
        for frame in self._frames:
            pts = picture.pts + step if frame.pts is None else frame.pts
            if pts <= picture.pts:
                dropped += 1
                continue
            damaged += frame.is_corrupt
            picture = self._picture(frame, pts)
            yield self.seconds(pts), picture
        self.finished = True
        if damaged:
            self.notes.append(f"{self.path}: {damaged} of its pictures are damaged; they are fused as far as decoded")
        if dropped:
            self.notes.append(f"{self.path}: {dropped} of its pictures do not follow in time; they are left out")
        self._check_length(self.seconds(picture.pts))

    def seconds(self, pts: int) -> float:
        """Time since the first picture's."""
        return float((pts - self.start) * self.time_base)

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def _decoded(self) -> Iterator[Any]:
        wanted = [stream for stream in (self._stream, self.sound_stream) if stream is not None]
        last = None
        with self._damage(lambda: last):
            for packet in self._container.demux(wanted):
                if packet.stream_index == self._stream.index:
                    try:
                        frames = packet.decode()
                    except self._errors:
                        # Recordings that were cut from longer ones begin amid pictures that depend on earlier ones.
                        if last is None and packet.size:
                            continue
                        raise
                    for frame in frames:
                        last = frame
                        yield frame
                elif packet.dts is not None:
                    self.sound.append(packet)

    @contextlib.contextmanager
    def _damage(self, last):
        try:
            yield
        except self._errors as problem:
            frame = last()
            where = "at its start" if frame is None else f"after {frame.time or 0:.2f} s"
            raise InputError(
                f"{self.path}: expected a whole video, found it damaged {where} ({problem.strerror}); repair it, or "
                "cut it before that"
            ) from None

    def _picture(self, frame, pts: int) -> Picture:
        if (frame.width, frame.height) != self._stored_size:
            raise InputError(
                f"{self.path}: expected pictures of one size, {self._stored_size[0]} x {self._stored_size[1]}, found "
                f"{frame.width} x {frame.height} {frame.time or 0:.2f} s in; cut the video there"
            )
        return Picture(planes_of(frame, self._quarter_turns), pts, frame.duration or 0)

    def _check_pixels(self, width, height, most):
        if width * height > most:
            raise InputError(
                f"{self.path}: expected at most {most} pixels a picture, found {width} x {height}; raise the limit by "
                f"--max-pixels or {limits.PIXELS_VARIABLE} if you trust the file"
            )

    def _check_length(self, found: float) -> None:
        if found + 1 < 0.95 * self.length:
            self.notes.append(
                f"{self.path}: its header tells of {self.length:.1f} s, its pictures end after {found:.1f} s; it may "
                "be cut off"
            )
