"""EXIF tags that tell how one exposure was taken, removed from the block of a picture merged from several."""

import re
from collections.abc import Iterable

from cscfuse_keras.io.metadata import EXIF_DIRECTORY, Directory, Value, byte_order, read_main_directory, write_block

XMP = 700

OF_ONE_EXPOSURE = {
    33434: "ExposureTime",
    37377: "ShutterSpeedValue",
    37379: "BrightnessValue",
    37380: "ExposureBiasValue",
    37500: "MakerNote",
    40962: "PixelXDimension",
    40963: "PixelYDimension",
    41493: "ExposureIndex",
    41986: "ExposureMode",
    42016: "ImageUniqueID",
}
"""Tags that hold of no merged picture (EXIF 2.32, section 4.6.5).

A MakerNote repeats the exposure in the maker's own format; dimensions change where aligned exposures are cropped.
"""

SETTINGS = {
    33437: "FNumber",
    34850: "ExposureProgram",
    34855: "ISOSpeedRatings",
    34864: "SensitivityType",
    34865: "StandardOutputSensitivity",
    34866: "RecommendedExposureIndex",
    34867: "ISOSpeed",
    37378: "ApertureValue",
    37385: "Flash",
    41991: "GainControl",
}
"""Tags that hold of a merged picture if all its exposures share them."""


def without_exposure(exif: bytes, others: Iterable[bytes | None]) -> bytes:
    """Remove from an EXIF block what does not hold of the picture that is merged from it and others.

    Removed are `OF_ONE_EXPOSURE`, and those of `SETTINGS` that another exposure does not share; the same properties in
    an XMP packet are blanked. All else is kept.

    Args:
        exif: block of the exposure whose metadata the merged picture takes.
        others: blocks of the other exposures; None for those that have none, which are not compared.

    Raises:
        DamagedExifError: `exif`, or one of the others, cannot be read.
    """
    main = read_main_directory(exif)
    settings = _settings(main)
    compared = [_settings(read_main_directory(other)) for other in others if other is not None]
    changed = {tag for tag in SETTINGS if any(other.get(tag) != settings.get(tag) for other in compared)}
    removed = OF_ONE_EXPOSURE | {tag: SETTINGS[tag] for tag in changed}
    if settings:
        main[EXIF_DIRECTORY] = {tag: value for tag, value in settings.items() if tag not in removed}
    if isinstance(packet := main.get(XMP), Value):
        main[XMP] = packet._replace(content=_blanked(packet.content, removed.values()))
    return write_block(main, byte_order(exif))


def _settings(main: Directory) -> Directory:
    settings = main.get(EXIF_DIRECTORY)
    return settings if isinstance(settings, dict) else {}


def _blanked(packet: bytes, names: Iterable[str]) -> bytes:
    """Overwrite XMP properties, attributes or elements, with blanks."""
    name = rf"exif(?:EX)?:(?:{'|'.join(names)})\b".encode()
    attribute = rb"%s\s*=\s*(?:\"[^\"]*\"|'[^']*')" % name
    element = rb"<(?P<name>%s)[^>]*>.*?</(?P=name)\s*>" % name
    return re.sub(rb"%s|%s" % (attribute, element), lambda match: b" " * len(match[0]), packet, flags=re.DOTALL)
