"""JPEG files (ITU-T T.81): 8 bits, grey or RGB."""

import io

import numpy as np
from PIL import Image, JpegImagePlugin

from cscfuse_keras.errors import InputError
from cscfuse_keras.io.decoding import Decoded, samples_of

# Markers (T.81, table B.1), which follow a byte of 0xFF.
START_OF_SCAN, FILL = 0xDA, 0xFF
END_OF_IMAGE = b"\xff\xd9"


def read_jpeg(data: bytes, max_pixels: int) -> Decoded:
    """Decode a JPEG file that is there to its end."""
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    samples = samples_of(image, max_pixels)
    # A file that was copied in part may end in zeros, which decode to grey: then only the end is missing.
    if data.find(END_OF_IMAGE, _first_scan(data)) < 0:
        raise InputError("expected a whole JPEG file, found a truncated one; copy it again from its source")
    return Decoded(samples, image.info.get("exif"), image.info.get("icc_profile"))


def encode_jpeg(samples: np.ndarray, exif: bytes | None, icc_profile: bytes | None, quality: int) -> bytes:
    """Encode uint8 samples (H, W) or (H, W, 3), with chroma in full."""
    buffer = io.BytesIO()
    block = b"Exif\0\0" + exif if exif else b""
    image = Image.fromarray(samples)
    image.save(buffer, "JPEG", quality=quality, subsampling=0, exif=block, icc_profile=icc_profile)
    return buffer.getvalue()


def _first_scan(data: bytes) -> int:
    """Find where the first segments end, among them EXIF's, whose thumbnail has an end of its own."""
    position = 2
    while data[position + 1] != START_OF_SCAN:
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        position += 1 if data[position + 1] == FILL else 2 + length
    return position
