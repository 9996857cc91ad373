"""Two videos fused into one: reading, fusing and writing at the same time."""

import contextlib
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.atomic import replacing
from cscfuse_keras.video.colour import Planes, with_luma
from cscfuse_keras.video.overlap import Ahead, Behind
from cscfuse_keras.video.pairs import Pair, Pairs
from cscfuse_keras.video.reading import VideoReader
from cscfuse_keras.video.steady import SteadyStatistics
from cscfuse_keras.video.writing import DEFAULT_CRF, VideoWriter

if TYPE_CHECKING:
    from cscfuse_keras.tasks.ivf import IVFFuser

# Chroma of a thermal camera that shows grey; more is a palette.
_GREY_TOLERANCE = 0.05


def fuse_videos(
    fuser: "IVFFuser",
    infrared: Path,
    visible: Path,
    output: Path,
    *,
    crf: int = DEFAULT_CRF,
    time_offset: float = 0.0,
    told: Callable[[float, float], None] = lambda seconds, length: None,
) -> int:
    """Fuse two registered videos of one size, picture by picture.

    The result has the visible video's times, chroma, colour tags and sound (the infrared one's if that has none). It is
    as long as both run. Its statistics are averaged over time, see `cscfuse_keras.video.steady`.

    Args:
        fuser: fuses pairs of pictures.
        infrared: the infrared video.
        visible: the visible video.
        output: the file to write; its suffix is one of `cscfuse_keras.video.writing.ENCODERS`.
        crf: quality of the result, from 0 (no loss) to 51.
        time_offset: seconds after the visible video's first picture that the infrared one's was taken.
        told: called after each pair with the seconds of the visible video that are done, and those it has as it states.

    Returns:
        How many pictures were fused.

    Raises:
        InputError: a video cannot be read or is damaged, sizes differ, or no two pictures are of one time.
        UsageError: the output's format cannot hold the sound.
        EnvironmentProblem: there is no PyAV or no encoder, or the file cannot be written.
        KeyboardInterrupt: interrupted after the first pair; the output holds what was fused until then.

    Warns:
        UserWarning: something about the videos is odd, or parts of them have no partner.
    """
    with contextlib.ExitStack() as opened:
        first = opened.enter_context(contextlib.closing(VideoReader(visible)))
        second = opened.enter_context(contextlib.closing(VideoReader(infrared, first.sound_stream is None)))
        _check_sizes(second, first)
        _warn_of_colour(second)
        pairs = Pairs(second, first, time_offset)
        with replacing(output) as partial, _steady(fuser.runtime) as steady:
            frames, interrupted = _run(fuser, steady, pairs, partial, crf, told)
    if interrupted:
        raise KeyboardInterrupt(f"stopped after {frames} frames; {output} holds them")
    for note in (*first.notes, *second.notes, *pairs.notes()):
        warnings.warn(note, stacklevel=2)
    return frames


def _run(fuser, steady, pairs, output, crf, told) -> tuple[int, bool]:
    """Fuse pairs into a file; gives how many, and whether it was interrupted before the last."""
    interrupted, writer = False, None
    # Threads end before the file is closed that one of them writes.
    with (
        contextlib.ExitStack() as file,
        contextlib.closing(Ahead(pairs)) as decoded,
        contextlib.closing(Behind()) as encoding,
    ):
        try:
            for pair in decoded:
                if writer is None:
                    writer = file.enter_context(contextlib.closing(_writer(output, pairs, pair.visible, crf)))
                steady.advance(pair.seconds, pair.infrared, pair.visible.luma)
                encoding.put(_write, writer, pair, fuser.fuse(pair.infrared, pair.visible.luma))
                told(pair.seconds, pairs.visible.length)
        except KeyboardInterrupt:
            # What is fused is worth more than nothing; a second interruption ends this, too.
            if writer is None:
                raise
            interrupted = True
        if writer is None:
            raise InputError(
                f"{pairs.visible.path}: expected a part of the time that the infrared video shows, found none; see "
                "--time-offset"
            )
        if not interrupted:
            encoding.put(_write_sound, writer, pairs.sound_left())
        encoding.close()
        encoding.check()
        writer.finish()
    return writer.frames, interrupted


def _writer(output: Path, pairs: Pairs, planes: Planes, crf: int) -> VideoWriter:
    visible = pairs.visible
    return VideoWriter(
        output,
        planes=planes,
        rate=visible.rate,
        time_base=visible.time_base,
        tags=visible.tags,
        aspect=visible.aspect,
        metadata=visible.metadata,
        sound=pairs.sound_stream,
        crf=crf,
    )


def _write(writer: VideoWriter, pair: Pair, luma: np.ndarray) -> None:
    _write_sound(writer, pair.sound)
    writer.write(with_luma(pair.visible, luma, writer.tags.matrix), pair.pts, pair.duration)


def _write_sound(writer: VideoWriter, packets: list[Any]) -> None:
    for packet in packets:
        writer.write_sound(packet)


@contextlib.contextmanager
def _steady(runtime) -> Iterator[SteadyStatistics]:
    """Let a runtime's statistics be averaged over time."""
    runtime.over_time = SteadyStatistics()
    try:
        yield runtime.over_time
    finally:
        runtime.over_time = None


def _check_sizes(infrared: VideoReader, visible: VideoReader) -> None:
    if infrared.size != visible.size:
        sizes = [f"{width} x {height}" for height, width in (infrared.size, visible.size)]
        raise InputError(
            f"{infrared.path}, {visible.path}: expected infrared and visible of one size, found {sizes[0]} and "
            f"{sizes[1]}; register and crop them first"
        )


def _warn_of_colour(infrared: VideoReader) -> None:
    spread = 2 * max((float(np.abs(plane).mean()) for plane in infrared.first.planes.chroma), default=0.0)
    if spread > _GREY_TOLERANCE:
        warnings.warn(
            f"{infrared.path}: expected grey, found colour; its luma is used, which orders temperatures wrongly if the "
            "colours are a thermal palette",
            stacklevel=3,
        )
