"""TIFF files: one page of 8 or 16 bits or float32, grey or RGB, perhaps with alpha."""

import io
import lzma
import math
import struct
import zlib

import cv2
import numpy as np
import tifffile
from PIL import TiffImagePlugin
from tifffile import COMPRESSION, EXTRASAMPLE, PHOTOMETRIC, PLANARCONFIG, PREDICTOR, SAMPLEFORMAT

from cscfuse_keras.errors import InputError
from cscfuse_keras.io import metadata
from cscfuse_keras.io.decoding import Decoded, check_size, samples_of
from cscfuse_keras.io.depth import FULL_SCALE

COLOURS = {PHOTOMETRIC.RGB: 3, PHOTOMETRIC.YCBCR: 3, PHOTOMETRIC.SEPARATED: 4}
"""Samples a pixel, alpha aside; one for all others."""
PLAIN_PHOTOMETRICS = {PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.MINISWHITE, PHOTOMETRIC.RGB}
# What tifffile decodes without the imagecodecs package.
TIFFFILE_COMPRESSIONS = {
    COMPRESSION.NONE,
    COMPRESSION.ADOBE_DEFLATE,
    COMPRESSION.DEFLATE,
    COMPRESSION.PACKBITS,
    COMPRESSION.LZMA,
}
UNPACKERS = {
    COMPRESSION.ADOBE_DEFLATE: (1032, zlib.decompressobj),
    COMPRESSION.DEFLATE: (1032, zlib.decompressobj),
    COMPRESSION.LZMA: (7500, lzma.LZMADecompressor),
}
"""How many bytes a packed one can at most become, and what unpacks them."""
LARGEST_UNPACKED = 2**28
"""Bytes that a strip or tile may unpack to unseen."""


def read_tiff(data: bytes, max_pixels: int) -> Decoded:
    """Decode the only page of a TIFF file; reduced copies of it may follow."""
    with tifffile.TiffFile(io.BytesIO(data)) as tiff:
        page = tiff.pages.first
        check_size(page.imagewidth, page.imagelength, max_pixels)
        others = sum(not other.is_reduced for other in tiff.pages[1:])
        if others:
            raise InputError(f"expected one page, found {1 + others} pages; save the page to fuse by itself")
        check_whole(page, len(data))
        _check_alpha(page)
        exif, profile = _exif(tiff, data), _profile(page, data)
        data = _without_orientation(page, data)
        if page.bitspersample <= 8 and page.sampleformat == SAMPLEFORMAT.UINT:
            samples = samples_of(TiffImagePlugin.TiffImageFile(io.BytesIO(data)), max_pixels)
        else:
            samples = _deep_samples(page, data)
    return Decoded(samples, exif, profile, orientation_of(page))


def orientation_of(page: tifffile.TiffPage) -> int:
    """A page's orientation, 1 to 8 as in EXIF."""
    value = page.tags.valueof(metadata.ORIENTATION)
    return value if value in range(1, 9) else 1


def encode_tiff(samples: np.ndarray, exif: bytes | None, icc_profile: bytes | None) -> bytes:
    """Encode uint8, uint16 or float32 samples (H, W) or (H, W, C), losslessly compressed."""
    number = samples.shape[2] if samples.ndim == 3 else 1
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        samples,
        byteorder=metadata.byte_order(exif) if exif else "<",
        photometric=PHOTOMETRIC.RGB if number >= 3 else PHOTOMETRIC.MINISBLACK,
        planarconfig=PLANARCONFIG.CONTIG if number > 1 else None,
        extrasamples=[EXTRASAMPLE.UNASSALPHA] if number in (2, 4) else None,
        compression=COMPRESSION.ADOBE_DEFLATE,
        predictor=PREDICTOR.NONE if samples.dtype == np.float32 else PREDICTOR.HORIZONTAL,
        metadata=None,
        software=False,
    )
    return metadata.add_to_tiff(buffer.getvalue(), exif, icc_profile)


def check_whole(page: tifffile.TiffPage, length: int) -> None:
    """Refuse strips or tiles that are missing, which decoders may fill with zeros, or unpack to more than they hold."""
    segments = list(zip(page.dataoffsets, page.databytecounts, strict=True))
    whole = len(segments) == math.prod(page.chunked)
    whole = whole and all(count > 0 and offset + count <= length for offset, count in segments)
    if page.compression == COMPRESSION.NONE and page.photometric in PLAIN_PHOTOMETRICS:
        whole = whole and 8 * sum(page.databytecounts) >= page.size * page.bitspersample
    if not whole:
        raise InputError("expected a whole TIFF file, found pixel data missing; copy it again from its source")
    if page.compression in UNPACKERS and page.dtype is not None:
        for offset, count in segments:
            _check_unpacked(page, offset, count)


def _check_unpacked(page: tifffile.TiffPage, offset: int, count: int) -> None:
    """Unpack a strip or tile as far as it should go, if it may fill memory: tifffile would unpack all of it."""
    expected = math.prod(page.chunks) * page.dtype.itemsize
    ratio, unpacker = UNPACKERS[page.compression]
    # What cannot be made smaller grows by less than this.
    too_much = count > 1.01 * expected + 1024
    if not too_much and count * ratio > LARGEST_UNPACKED:
        file = page.parent.filehandle
        file.seek(offset)
        too_much = len(unpacker().decompress(file.read(count), expected + 1)) > expected
    if too_much:
        raise InputError(f"expected strips or tiles of {expected} bytes, found one that unpacks to more; save it again")


def _check_alpha(page: tifffile.TiffPage) -> None:
    extra = page.samplesperpixel - COLOURS.get(page.photometric, 1)
    if extra not in (0, 1):
        raise InputError(
            f"expected grey or RGB samples, found {page.samplesperpixel} bands; "
            "choose the bands to fuse, or fuse the file as a multi-spectral image"
        )
    if extra == 1 and tuple(page.extrasamples) not in ((), (EXTRASAMPLE.UNASSALPHA,)):
        kind = EXTRASAMPLE(page.extrasamples[0]).name
        raise InputError(f"expected straight alpha or none, found a band marked {kind}; save it without that band")


def _exif(tiff: tifffile.TiffFile, data: bytes) -> bytes | None:
    """Gather the tags that tell about the picture; BigTIFF's directories have no place in EXIF."""
    if tiff.is_bigtiff:
        return None
    # A file cut within its own tags may lack any of them: that error is not caught.
    metadata.read_directory(data, tiff.byteorder, tiff.pages.first.offset, name=None)
    try:
        return metadata.exif_of_tiff(data)
    except metadata.DamagedExifError:
        # No EXIF block: whoever reads it finds it damaged.
        return b""


def _profile(page: tifffile.TiffPage, data: bytes) -> bytes | None:
    tag = page.tags.get(metadata.ICC_PROFILE)
    return data[tag.valueoffset : tag.valueoffset + tag.valuebytecount] if tag else None


def _without_orientation(page: tifffile.TiffPage, data: bytes) -> bytes:
    """Set the orientation to 1, which some of the decoders apply and others ignore."""
    tag = page.tags.get(metadata.ORIENTATION)
    if tag is None or tag.value == 1:
        return data
    changed = bytearray(data)
    struct.pack_into(page.parent.byteorder + "H", changed, tag.valueoffset, 1)
    return bytes(changed)


def _deep_samples(page: tifffile.TiffPage, data: bytes) -> np.ndarray:
    """Decode 16-bit or float32 samples, which Pillow would cut to 8 bits or refuse."""
    if page.dtype not in (np.uint16, np.float32) or page.photometric not in PLAIN_PHOTOMETRICS:
        raise InputError(
            f"expected grey or RGB samples of 8 or 16 bits or float32, found {page.photometric.name} "
            f"samples of {page.bitspersample}-bit {SAMPLEFORMAT(page.sampleformat).name}; convert the file"
        )
    separate = page.planarconfig == PLANARCONFIG.SEPARATE and page.samplesperpixel > 1
    if page.compression in TIFFFILE_COMPRESSIONS and page.predictor != PREDICTOR.FLOATINGPOINT:
        samples = page.asarray()
        samples = np.moveaxis(samples, 0, -1) if separate else samples
    elif separate or page.samplesperpixel == 2:
        # OpenCV would decode these wrongly and say nothing.
        raise InputError(
            f"expected no compression or deflate for this layout, found {page.compression.name}; "
            "save the file with deflate, or as PNG"
        )
    else:
        samples = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        if samples is None or samples.dtype != page.dtype:
            raise InputError(
                f"expected a compression that can be read, found {page.compression.name}; "
                "save the file with deflate, or as PNG"
            )
        samples = samples[..., [2, 1, 0, 3][: samples.shape[2]]] if samples.ndim == 3 else samples
    if page.photometric == PHOTOMETRIC.MINISWHITE:
        grey = samples if samples.ndim == 2 else samples[..., 0]
        np.subtract(FULL_SCALE[samples.dtype], grey, out=grey)
    return samples
