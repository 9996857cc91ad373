"""Pictures in and out of files: depth, alpha, EXIF and colour profiles kept; crash-safe writes."""

from cscfuse_keras.io.depth import to_depth, to_unit
from cscfuse_keras.io.pairs import list_pictures, pair_by_stem
from cscfuse_keras.io.pictures import Picture, read_picture, write_picture

__all__ = [
    "Picture",
    "list_pictures",
    "pair_by_stem",
    "read_picture",
    "to_depth",
    "to_unit",
    "write_picture",
]
