"""PNG files (W3C PNG, third edition)."""

import io
import struct
import zlib
from collections.abc import Iterator

import cv2
import numpy as np
from PIL import Image, PngImagePlugin

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.decoding import Decoded, check_size, samples_of

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
"""PNG's number for grey, grey with alpha, RGB and RGB with alpha, by samples a pixel."""
# OpenCV gives blue first, and blue, green, red, alpha for grey with alpha or with a transparent level.
OPENCV_ORDER = {0: 0, 2: [2, 1, 0], 4: [0, 3], 6: [2, 1, 0, 3]}


def read_png(data: bytes, max_pixels: int) -> Decoded:
    """Decode a PNG file whose every chunk is whole; a transparent colour becomes alpha."""
    width, height, bits, colour_type = struct.unpack_from(">IIBB", data, 16)
    check_size(width, height, max_pixels)
    chunks = dict(_chunks(data))
    image = PngImagePlugin.PngImageFile(io.BytesIO(data))
    if bits >= 8 and colour_type in OPENCV_ORDER and image.n_frames == 1:
        # Pillow would cut 16-bit colour to 8 bits, and fill missing rows with zeros.
        samples = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        if samples is None:
            raise ValueError("pixel data")
        samples = samples.reshape(height, width, -1)[..., OPENCV_ORDER[colour_type]]
    else:
        samples = samples_of(image, max_pixels)
    if "transparency" in image.info and image.mode != "P":
        key = np.array(image.info["transparency"]) * (255 // (2**bits - 1) if bits < 8 else 1)
        transparent = (samples.reshape(height, width, -1) == key).all(-1)
        alpha = np.where(transparent, 0, np.iinfo(samples.dtype).max).astype(samples.dtype)
        samples = np.dstack([samples, alpha])
    exif = bytes(chunks[b"eXIf"]) if b"eXIf" in chunks else None
    return Decoded(samples, exif, image.info.get("icc_profile"))


def encode_png(samples: np.ndarray, exif: bytes | None, icc_profile: bytes | None) -> bytes:
    """Encode uint8 or uint16 samples (H, W) or (H, W, C)."""
    if samples.dtype == np.uint16 and samples.ndim == 3:
        return _encode_deep(samples, exif, icc_profile)
    buffer = io.BytesIO()
    Image.fromarray(samples).save(buffer, "PNG", exif=exif, icc_profile=icc_profile)
    return buffer.getvalue()


def _encode_deep(samples: np.ndarray, exif: bytes | None, icc_profile: bytes | None) -> bytes:
    height, width, number = samples.shape
    rows = samples.astype(">u2").view(np.uint8).reshape(height, -1)
    # Filter type 1, "Sub" (section 9.2): every byte less the same byte of the pixel to the left.
    filtered = np.ones((height, 1 + rows.shape[1]), np.uint8)
    filtered[:, 1:] = rows
    filtered[:, 1 + 2 * number :] -= rows[:, : -2 * number]
    header = struct.pack(">IIBBBBB", width, height, 16, COLOUR_TYPES[number], 0, 0, 0)
    profile = _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc_profile)) if icc_profile else b""
    metadata = _chunk(b"eXIf", exif) if exif else b""
    body = zlib.compress(filtered)
    # A chunk may not pass 2^31 - 1 bytes.
    data = [_chunk(b"IDAT", body[start : start + 2**30]) for start in range(0, len(body), 2**30)]
    return b"".join([SIGNATURE, _chunk(b"IHDR", header), profile, metadata, *data, _chunk(b"IEND", b"")])


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(name))
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Give every chunk, its checksum verified: the decoders skip some checksums and a missing end."""
    position, name = len(SIGNATURE), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, position)
        content = memoryview(data)[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, position + 8 + length)
        if zlib.crc32(content, zlib.crc32(name)) != checksum:
            raise InputError(
                f"expected a whole PNG file, found a damaged {name!r} chunk; copy it again from its source"
            )
        yield name, content
        position += 12 + length
