"""Fused videos written picture by picture."""

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from cscfuse_keras.errors import EnvironmentProblem, UsageError
from cscfuse_keras.video.colour import ColourTags, Planes, frame_of, pixel_format
from cscfuse_keras.video.library import pyav

ENCODERS = {
    ".mp4": ("libx264", "mpeg4"),
    ".mov": ("libx264", "mpeg4"),
    ".mkv": ("libx264", "mpeg4"),
    ".webm": ("libvpx-vp9",),
}
"""By suffix of the file; the first that FFmpeg was built with is taken."""

DEFAULT_CRF = 18
LARGEST_CRF = 51
# AV_CODEC_FLAG_FRAME_DURATION: packets last as long as their frames.
_FRAME_DURATION = 1 << 8
# Written by muxers themselves.
_OWN_METADATA = {"major_brand", "minor_version", "compatible_brands", "encoder", "duration"}


class VideoWriter:
    """Encodes pictures into a file, and copies packets of sound.

    Args:
        path: the file; its suffix says in what format.
        planes: of the first picture, whose size, layout and depth all have.
        rate: of the pictures, on average.
        time_base: seconds that their times count.
        tags: colour tags.
        aspect: width by height of a pixel, None if not known.
        metadata: title and the like.
        sound: the stream whose packets are copied; None for none.
        crf: quality, from 0 (no loss) to 51.

    Attributes:
        tags: as given.
        frames: how many pictures were written.

    Raises:
        UsageError: the format cannot hold the sound.
        EnvironmentProblem: FFmpeg was built without an encoder for this format.
    """

    def __init__(
        self,
        path: Path,
        *,
        planes: Planes,
        rate: Fraction,
        time_base: Fraction,
        tags: ColourTags,
        aspect: Fraction | None,
        metadata: dict[str, str],
        sound: Any,
        crf: int = DEFAULT_CRF,
    ):
        self.frames = 0
        self.tags = tags
        name = encoder(path)
        self._container = pyav().open(f"file:{path}", "w")
        try:
            self._check_sound(path, sound)
            self._sound = self._container.add_stream_from_template(sound) if sound is not None else None
            self._container.metadata.update({k: v for k, v in metadata.items() if k not in _OWN_METADATA})
            self._stream = stream = self._container.add_stream(name, rate=rate, options=_options(name, crf))
            context = stream.codec_context
            context.height, context.width = planes.luma.shape
            accepted = {form.name for form in context.codec.video_formats}
            context.pix_fmt = self._pixel_format = pixel_format(planes, accepted)
            context.time_base = time_base
            context.flags |= _FRAME_DURATION
            context.color_range = 2 if tags.full_range else 1
            context.colorspace, context.color_primaries, context.color_trc = tags.matrix, tags.primaries, tags.transfer
            if aspect:
                context.sample_aspect_ratio = aspect
            if name == "mpeg4":
                # It knows no crf; its quantisers go from 1 to 31.
                context.qmin = context.qmax = max(1, round(crf / 6))
        except BaseException:
            self._container.close()
            raise

    def write(self, planes: Planes, pts: int, duration: int) -> None:
        """Encode a picture; times must grow.

        Raises:
            OSError: the file cannot be written.
        """
        frame = frame_of(planes, self._pixel_format, self.tags)
        frame.pts, frame.duration, frame.time_base = pts, duration, self._stream.codec_context.time_base
        with _writing():
            self._container.mux(self._stream.encode(frame))
        self.frames += 1

    def write_sound(self, packet: Any) -> None:
        """Copy a packet of the stream of sound.

        Raises:
            OSError: the file cannot be written.
        """
        packet.stream = self._sound
        with _writing():
            self._container.mux(packet)

    def finish(self) -> None:
        """Encode what is held back, and complete the file.

        Raises:
            OSError: the file cannot be written.
        """
        with _writing():
            self._container.mux(self._stream.encode(None))
            self._container.close()

    def close(self) -> None:
        """Let go of the file, complete or not."""
        with contextlib.suppress(pyav().FFmpegError):
            self._container.close()

    def _check_sound(self, path: Path, sound: Any) -> None:
        if sound is None:
            return
        name = sound.codec_context.codec.canonical_name
        if name not in self._container.supported_codecs:
            raise UsageError(
                f"{path.name}: expected a format that holds the sound ({name}), found one that does not; name it .mkv"
            )


def encoder(path: Path) -> str:
    """Name of the encoder for a file.

    Raises:
        EnvironmentProblem: FFmpeg was built without.
    """
    available = pyav().codecs_available
    for name in ENCODERS[path.suffix.lower()]:
        if name in available:
            return name
    names = " or ".join(ENCODERS[path.suffix.lower()])
    raise EnvironmentProblem(
        f"{path}: expected an encoder for it in PyAV's FFmpeg ({names}), found none; name a file of another format, or "
        "install a PyAV that has one"
    )


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except pyav().FFmpegError as problem:
        raise OSError(problem.errno, problem.strerror) from problem


def _options(name: str, crf: int) -> dict[str, str]:
    return {
        "libx264": {"crf": str(crf)},
        "libvpx-vp9": {"crf": str(crf), "b": "0", "cpu-used": "4", "row-mt": "1"},
        "mpeg4": {},
    }[name]
