"""Arrays of a trace as uint8 pictures."""

import cv2
import numpy as np

from cscfuse_keras.explain.traces import ChannelGroup, Contributions
from cscfuse_keras.report.cube_pictures import display_range, rendering

PALETTE = ((0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167), (213, 94, 0), (86, 180, 233))
"""Colours that differ for all readers (Okabe and Ito)."""

_BELOW, _ABOVE = np.array((33, 102, 172)), np.array((178, 84, 0))
_ZERO = 238
_GAP = 255
_TILE = 36


def shown(image: np.ndarray) -> np.ndarray:
    """An image (height, width, channels) of [0, 1] as it looks; three of many bands, stretched."""
    if image.shape[-1] in (1, 3):
        return np.rint(255 * np.clip(image.squeeze(-1) if image.shape[-1] == 1 else image, 0, 1)).astype(np.uint8)
    return rendering(image, display_range(image))


def stretched(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Grey picture, `low` being black and `high` white."""
    return np.rint(255 * np.clip((values - low) / max(high - low, 1e-12), 0, 1)).astype(np.uint8)


def signed(values: np.ndarray, largest: float | None = None) -> np.ndarray:
    """Blue below zero, orange above, light grey at zero; full colour at `largest`, or at the largest value."""
    largest = largest or float(np.abs(values).max()) or 1.0
    strength = np.clip(np.abs(values) / largest, 0, 1)[..., np.newaxis]
    colour = np.where(values[..., np.newaxis] < 0, _BELOW, _ABOVE)
    return np.rint(_ZERO + strength * (colour - _ZERO)).astype(np.uint8)


def heat(values: np.ndarray) -> np.ndarray:
    """Values from 0 on in the colours of `inferno`."""
    levels = stretched(values, 0.0, float(values.max()))
    return cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)


def palette(count: int) -> np.ndarray:
    """Colours (count, 3) of sources; of many, a ramp in their order."""
    if count <= len(PALETTE):
        return np.array(PALETTE[:count])
    ramp = np.linspace(0, 255, count).astype(np.uint8)[:, np.newaxis]
    return cv2.applyColorMap(ramp, cv2.COLORMAP_TURBO)[:, 0, ::-1].astype(int)


def share_picture(contributions: Contributions) -> np.ndarray:
    """The fused picture in the mixed colours of those who gave its pixels."""
    shares = contributions.share_maps
    smooth = np.stack([cv2.GaussianBlur(share.astype(np.float32), (0, 0), 1.5) for share in shares])
    colour = np.tensordot(smooth, palette(len(shares)), axes=(0, 0))
    grey = contributions.fused.mean(axis=-1, keepdims=True)
    grey = stretched(grey, *np.percentile(grey, (1, 99))) / 255
    return np.clip(np.rint(colour * (0.3 + 0.7 * grey) + 60 * grey**2), 0, 255).astype(np.uint8)


def with_box(picture: np.ndarray, box: tuple[int, int, int, int] | None) -> np.ndarray:
    """A picture with a frame around a box."""
    if box is None:
        return picture
    framed = cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB) if picture.ndim == 2 else picture.copy()
    left, top, width, height = box
    for margin, colour in ((3, (0, 0, 0)), (2, (255, 255, 255)), (1, (255, 255, 255))):
        corners = (left - margin, top - margin), (left + width - 1 + margin, top + height - 1 + margin)
        cv2.rectangle(framed, *corners, colour, 1)
    return framed


def sheet(patterns: np.ndarray, groups: tuple[ChannelGroup, ...], columns: int = 12) -> np.ndarray:
    """Patterns (count, side, side, channels) as tiles, a tile's groups side by side; each tile has a scale of its own.

    Rows of `columns` tiles.
    """
    tiles = [_tile(pattern, groups) for pattern in patterns]
    height, width, _ = tiles[0].shape
    gap = 8
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    picture = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), _GAP, np.uint8)
    for k, tile in enumerate(tiles):
        top, left = (k // columns) * (height + gap), (k % columns) * (width + gap)
        picture[top : top + height, left : left + width] = tile
    return picture


def _tile(pattern, groups):
    parts = [group.picture(pattern) for group in groups]
    largest = max(float(np.abs(part).max()) for part in parts)
    side = np.lcm.reduce([len(part) for part in parts])
    enlargement = max(1, _TILE // int(side))
    tiles = [
        np.kron(signed(part, largest), np.ones((enlargement * side // len(part),) * 2 + (1,), np.uint8))
        for part in parts
    ]
    bar = np.full((tiles[0].shape[0], 2, 3), _GAP, np.uint8)
    joined = tiles[0]
    for tile in tiles[1:]:
        joined = np.concatenate([joined, bar, tile], axis=1)
    return joined
