"""Between stored pictures of videos (Y'CbCr of any layout and depth) and luma and chroma as the networks take them.

Fusing changes luma alone, so the visible video's chroma is carried as it is stored: never to RGB and back.
"""

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

import cv2
import numpy as np

_LIMITED, _FULL = 1, 2
"""AVColorRange."""

_RGB, _BT709, _UNSPECIFIED = 0, 1, 2
"""AVColorSpace."""

_BT2020 = (0.2627, 0.0593)
# Shares of red and blue in luma, by AVColorSpace; BT.601 elsewhere.
_RED_BLUE = {_BT709: (0.2126, 0.0722), 9: _BT2020, 10: _BT2020}
_BT601 = (0.299, 0.114)

_LAYOUTS = {(1, 1): "yuv444p", (1, 2): "yuv422p", (2, 2): "yuv420p"}


@dataclasses.dataclass(frozen=True)
class ColourTags:
    """What the numbers of a video mean, as FFmpeg counts it.

    Attributes:
        full_range: whether samples take all values of their depth; else 16 to 235 of 255.
        matrix: from RGB to Y'CbCr.
        primaries: of the colours.
        transfer: from light to signal.
    """

    full_range: bool
    matrix: int
    primaries: int
    transfer: int


@dataclasses.dataclass(frozen=True, eq=False)
class Planes:
    """A picture's luma and chroma.

    Attributes:
        luma: float32 (height, width) in [0, 1].
        chroma: Cb and Cr, float32 in [-0.5, 0.5], of the size at which they are stored; none for a grey picture.
        bits: of the samples.
    """

    luma: np.ndarray
    chroma: Sequence[np.ndarray]
    bits: int


def tags_of(frame: Any, context: Any) -> ColourTags:
    """Colour tags of a decoded frame of a stream's codec context; RGB is told as what `planes_of` makes of it."""
    matrix = _BT709 if _is_rgb(frame) else frame.colorspace
    return ColourTags(_is_full(frame), matrix, context.color_primaries, context.color_trc)


def planes_of(frame: Any, quarter_turns: int = 0) -> Planes:
    """Luma and chroma of a decoded frame.

    Args:
        frame: `av.VideoFrame` of any pixel format.
        quarter_turns: counter-clockwise, by which it is turned to be shown.
    """
    full = _is_full(frame)
    if not _is_planar(frame.format):
        depth = "10le" if max(component.bits for component in frame.format.components) > 8 else ""
        colours = {"dst_colorspace": _BT709} if _is_rgb(frame) else {}
        frame = frame.reformat(
            format=f"{_layout(frame.format)}{depth}", dst_color_range=_FULL if full else 1, **colours
        )
    bits = frame.format.components[0].bits
    black, extent, neutral, chroma_extent = _scale(bits, full)
    luma, *chroma = (np.rot90(_samples(plane, bits), quarter_turns) for plane in frame.planes)
    unit = (luma.astype(np.float32) - np.float32(black)) / np.float32(extent)
    centred = [(plane.astype(np.float32) - np.float32(neutral)) / np.float32(chroma_extent) for plane in chroma[:2]]
    return Planes(np.clip(unit, 0, 1), centred, bits)


def pixel_format(planes: Planes, accepted: Collection[str]) -> str:
    """The pixel format to store planes in: theirs, or the nearest that an encoder accepts.

    Args:
        planes: to be stored; grey ones get a neutral chroma, since few players show grey video.
        accepted: names of pixel formats.
    """
    height, width = planes.luma.shape
    chroma = planes.chroma[0].shape if planes.chroma else (-(-height // 2), -(-width // 2))
    layout = _LAYOUTS.get((round(height / chroma[0]), round(width / chroma[1])), "yuv444p")
    if height % 2 or width % 2:
        # Encoders ask for whole blocks where chroma is coarser.
        layout = "yuv444p"
    wanted = f"{layout}{'10le' if planes.bits > 8 else ''}"
    return next(name for name in (wanted, layout, "yuv420p") if name in accepted or name == "yuv420p")


def frame_of(planes: Planes, pixel_format: str, tags: ColourTags) -> Any:
    """A frame to be encoded.

    Args:
        planes: to be stored.
        pixel_format: of `pixel_format`.
        tags: what the samples are to mean.
    """
    import av

    height, width = planes.luma.shape
    frame = av.VideoFrame(width, height, pixel_format)
    frame.colorspace, frame.color_range = tags.matrix, _FULL if tags.full_range else _LIMITED
    bits = frame.format.components[0].bits
    black, extent, neutral, chroma_extent = _scale(bits, tags.full_range)
    _store(planes.luma * np.float32(extent) + np.float32(black), frame.planes[0], bits)
    for plane, found in zip(frame.planes[1:], planes.chroma or (np.zeros((1, 1), np.float32),) * 2, strict=True):
        if found.shape != (plane.height, plane.width):
            found = cv2.resize(found, (plane.width, plane.height), interpolation=cv2.INTER_LINEAR)
        _store(found * np.float32(chroma_extent) + np.float32(neutral), plane, bits)
    return frame


def with_luma(planes: Planes, luma: np.ndarray, matrix: int) -> Planes:
    """A picture with its luma replaced, and its chroma kept as far as colours between black and white allow.

    As `cscfuse_keras.tasks.colour.with_luma`: where red, green or blue would leave [0, 1], chroma is scaled down just
    enough.

    Args:
        planes: the picture.
        luma: float32 (height, width) in [0, 1].
        matrix: of its `ColourTags`.
    """
    if not planes.chroma:
        return Planes(luma, (), planes.bits)
    blue_difference, red_difference = planes.chroma
    height, width = blue_difference.shape
    # At the size of chroma: mostly a quarter of the pixels.
    near = cv2.resize(luma, (width, height), interpolation=cv2.INTER_AREA)
    share_red, share_blue = _RED_BLUE.get(matrix, _BT601)
    red, blue = 2 * (1 - share_red) * red_difference, 2 * (1 - share_blue) * blue_difference
    green = -(share_red * red + share_blue * blue) / (1 - share_red - share_blue)
    tiny = np.finfo(np.float32).tiny
    above = np.maximum(np.maximum(np.maximum(red, green), blue), tiny)
    below = np.maximum(-np.minimum(np.minimum(red, green), blue), tiny)
    with np.errstate(over="ignore"):
        fitting = np.minimum(np.minimum((1 - near) / above, near / below), 1).astype(np.float32)
    return Planes(luma, [fitting * plane for plane in planes.chroma], planes.bits)


def _is_rgb(frame) -> bool:
    return (
        frame.format.is_rgb or frame.format.has_palette or (frame.colorspace == _RGB and not _is_planar(frame.format))
    )


def _is_full(frame) -> bool:
    """Whether samples take all values; where nothing is said, video is limited, and grey or old JPEG formats full."""
    if _is_rgb(frame):
        return False
    if frame.format.name.startswith("yuvj"):
        return True
    if frame.color_range in (_LIMITED, _FULL):
        return frame.color_range == _FULL
    return frame.format.name.startswith("gray")


def _is_planar(form) -> bool:
    """Whether luma and chroma of a pixel format lie in planes of their own, in samples that numpy reads."""
    return form.name.startswith(("yuv4", "yuvj4", "gray")) and form.name != "grayf32le" and not form.is_big_endian


def _layout(form) -> str:
    """Of the planes that the pixels of a format go to: as coarse in chroma as they are."""
    if len([component for component in form.components if not component.is_alpha]) < 3:
        return "yuv420p" if not form.has_palette else "yuv444p"
    return _LAYOUTS.get((64 // form.chroma_height(64), 64 // form.chroma_width(64)), "yuv444p")


def _scale(bits: int, full: bool) -> tuple[int, int, int, int]:
    """Black and extent of luma, centre and extent of chroma (BT.601, BT.709, BT.2020)."""
    if full:
        return 0, 2**bits - 1, 2 ** (bits - 1), 2**bits - 1
    unit = 2 ** (bits - 8)
    return 16 * unit, 219 * unit, 128 * unit, 224 * unit


def _samples(plane, bits: int) -> np.ndarray:
    """The samples of a plane (height, width), in its own memory."""
    dtype = np.dtype("u1" if bits == 8 else "<u2")
    rows = np.frombuffer(plane, dtype)
    stride = plane.line_size // dtype.itemsize
    return rows[: stride * plane.height].reshape(plane.height, stride)[:, : plane.width]


def _store(values: np.ndarray, plane, bits: int) -> None:
    np.copyto(_samples(plane, bits), np.clip(np.rint(values), 0, 2**bits - 1), casting="unsafe")
