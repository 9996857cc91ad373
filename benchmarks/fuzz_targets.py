"""What is fuzzed: formats, whole files of each as seeds, and the readers of this project that take them."""

import contextlib
import dataclasses
import functools
import io
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import scipy.io
import tifffile
from fuzz_mutations import mutated, mutated_png, mutated_zip
from PIL import Image

from cscfuse_keras.io import read_picture, write_picture
from cscfuse_keras.io.cubes import read_cube
from cscfuse_keras.io.exposure_tags import without_exposure
from cscfuse_keras.io.metadata import DamagedExifError, exposure_time
from cscfuse_keras.io.png import encode_png
from cscfuse_keras.io.tiff import encode_tiff

Mutation = Callable[[bytes, Sequence[bytes], np.random.Generator], bytes]


@dataclasses.dataclass(frozen=True)
class Target:
    """A format.

    Attributes:
        suffix: of its files.
        seeds: gives whole files.
        read: reads a file as a command does.
        mutate: from a seed to what is read.
    """

    suffix: str
    seeds: Callable[[], list[bytes]]
    read: Callable[[Path], Any]
    mutate: Mutation = mutated


def _noise(*shape: int, dtype: str = "uint8") -> np.ndarray:
    return np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


@functools.cache
def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "A maker", 6
    exif.get_ifd(0x8769).update({0x829A: 0.01, 0x8827: 200, 0x927C: b"note" * 20})
    exif.get_ifd(0x8825)[1] = "N"
    return exif.tobytes().removeprefix(b"Exif\0\0")


@functools.cache
def _profile() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _saved(mode_shapes: Sequence[tuple[int, ...]], file_format: str, **settings: Any) -> list[bytes]:
    files = []
    for shape in mode_shapes:
        buffer = io.BytesIO()
        Image.fromarray(_noise(*shape)).save(buffer, file_format, **settings)
        files.append(buffer.getvalue())
    return files


def _png() -> list[bytes]:
    palette, bits = io.BytesIO(), io.BytesIO()
    Image.fromarray(_noise(20, 24, 3)).quantize(16).save(palette, "PNG", transparency=3)
    Image.fromarray(_noise(20, 24) > 90).save(bits, "PNG")
    deep = [encode_png(_noise(20, 24, *rest, dtype="uint16"), _exif(), _profile()) for rest in ((), (2,), (3,), (4,))]
    return [*_saved([(20, 24), (20, 24, 3), (20, 24, 4)], "PNG"), *deep, palette.getvalue(), bits.getvalue()]


def _jpeg() -> list[bytes]:
    cmyk = io.BytesIO()
    Image.fromarray(_noise(20, 24, 3)).convert("CMYK").save(cmyk, "JPEG")
    plain = _saved([(20, 24), (20, 24, 3)], "JPEG", exif=b"Exif\0\0" + _exif(), icc_profile=_profile())
    return [*plain, *_saved([(20, 24, 3)], "JPEG", progressive=True, subsampling=2), cmyk.getvalue()]


def _tiff() -> list[bytes]:
    images = [_noise(20, 24), _noise(20, 24, 3), _noise(20, 24, 3, dtype="uint16"), np.float32(_noise(20, 24) / 255)]
    files = [encode_tiff(image, _exif(), _profile()) for image in images]
    for settings in ({}, {"bigtiff": True}, {"tile": (16, 16)}, {"compression": "zlib"}, {"byteorder": ">"}):
        buffer = io.BytesIO()
        tifffile.imwrite(buffer, _noise(32, 48, dtype="uint16"), **settings)
        files.append(buffer.getvalue())
    packed = [_saved([(20, 24, 3)], "TIFF", compression=name) for name in ("tiff_lzw", "packbits", "jpeg")]
    return [*files, *(file for files in packed for file in files), *_saved([(20, 24)], "TIFF")]


def _bands() -> list[bytes]:
    files = []
    for settings in ({}, {"compression": "zlib", "predictor": 2}, {"planarconfig": "separate", "photometric": "rgb"}):
        buffer = io.BytesIO()
        tifffile.imwrite(buffer, _noise(3, 20, 24, dtype="uint16"), **{"photometric": "minisblack", **settings})
        files.append(buffer.getvalue())
    return files


def _geotiff() -> list[bytes]:
    import rasterio
    from rasterio.transform import from_origin

    files = []
    place = {"crs": "EPSG:32631", "transform": from_origin(500000, 4600000, 2, 2), "driver": "GTiff"}
    size = {"width": 40, "height": 36, "count": 3, "dtype": "uint16"}
    tiled = {"tiled": True, "blockxsize": 16, "blockysize": 16}
    for settings in ({}, {**tiled, "compress": "deflate", "predictor": 2, "nodata": 0}, {**tiled, "compress": "lzw"}):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "seed.tif"
            with rasterio.open(path, "w", **place, **size, **settings) as dataset:
                dataset.write(_noise(3, 36, 40, dtype="uint16"))
            files.append(path.read_bytes())
    return files


def _npy() -> list[bytes]:
    files = []
    for array in (_noise(20, 24, 4, dtype="uint16"), np.asfortranarray(np.float64(_noise(9, 8, 3)) / 255)):
        buffer = io.BytesIO()
        np.save(buffer, array)
        files.append(buffer.getvalue())
    return files


def _mat() -> list[bytes]:
    files = []
    content = {"I_MS": _noise(9, 8, 4, dtype="uint16"), "text": "hello", "cell": np.array([1, "a"], object)}
    for settings in ({}, {"do_compression": True}, {"format": "4"}):
        buffer = io.BytesIO()
        scipy.io.savemat(buffer, content if "format" not in settings else {"I_MS": _noise(9, 8)}, **settings)
        files.append(buffer.getvalue())
    return files


def _hdf5() -> list[bytes]:
    files = []
    for settings in ({}, {"chunks": (3, 4, 2), "compression": "gzip", "shuffle": True, "fletcher32": True}):
        buffer = io.BytesIO()
        with h5py.File(buffer, "w") as file:
            file.create_dataset("first/bands", data=_noise(9, 8, 4, dtype="uint16"), **settings)
            file.attrs["note"] = "hello"
            file["again"] = h5py.SoftLink("/first")
            del file["again"]
        files.append(buffer.getvalue())
    return files


def _patches() -> list[bytes]:
    from pipelines.patches import write_patches

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "patches.h5"
        image = np.float32(_noise(8, 8, 1)) / 255
        write_patches("ivf", ["a", "b", "c"], lambda row, copy: image, path, copies=2)
        return [path.read_bytes()]


def _spectral_patches() -> list[bytes]:
    from pipelines.spectral_patch_file import write_spectral_patches
    from pipelines.spectral_sources import SceneFiles

    with tempfile.TemporaryDirectory() as folder:
        scene, path = Path(folder) / "scene", Path(folder) / "patches.h5"
        scene.mkdir()
        np.save(scene / "bands.npy", _noise(24, 24, 3))
        np.save(scene / "guide.npy", _noise(24, 24, 1))
        write_spectral_patches([SceneFiles(scene)], path, size=8, stride=8)
        return [path.read_bytes()]


def _models() -> list[bytes]:
    from cscfuse_keras.models import ivf, msf

    models = [
        ivf.build_fusion(ivf.IVFConfig(units=1, code_channels=2, decoder_channels=(2,))),
        msf.build_network(msf.MSFConfig(bands=2, guide_channels=1, units=1, code_channels=2)),
    ]
    files = []
    for model in models:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "seed.keras"
            model.save(path)
            files.append(path.read_bytes())
    return files


def _torch() -> list[bytes]:
    import torch

    state = {f"layer.{k}.weight": torch.arange(12.0).reshape(3, 4) for k in range(3)}
    files = []
    for zipped in (True, False):
        buffer = io.BytesIO()
        torch.save({"epoch": 3, "model": state}, buffer, _use_new_zipfile_serialization=zipped)
        files.append(buffer.getvalue())
    return files


def _pristine_model() -> list[bytes]:
    files = []
    for compressed in (False, True):
        buffer = io.BytesIO()
        model = {"mu_prisparam": np.zeros((1, 36)), "cov_prisparam": np.eye(36)}
        scipy.io.savemat(buffer, model, do_compression=compressed)
        files.append(buffer.getvalue())
    return files


def _support_vectors() -> list[bytes]:
    head = "svm_type epsilon_svr\nkernel_type rbf\ngamma 0.05\nnr_class 2\ntotal_sv 3\nrho -153.591\nSV\n"
    rows = "".join(f"{k}.5 " + " ".join(f"{n}:0.{n}" for n in range(1, 37)) + " \n" for k in range(3))
    return [(head + rows).encode()]


def _ranges() -> list[bytes]:
    return [("x\n-1 1\n" + "".join(f"{n} {n / 9:.3f} {n}.25\n" for n in range(1, 37))).encode()]


def _settings_file() -> list[bytes]:
    return [b'[network]\nunits = 3\nbase_rule = "average"\nbase_gain = 1.5\ndecoder_channels = [32, 16]\n']


def _read_picture(path: Path) -> None:
    """Read, and write what was read with its metadata, as a fusion does."""
    picture = read_picture(path)
    exposure_time(picture.exif)
    if picture.exif is not None:
        with contextlib.suppress(DamagedExifError):
            without_exposure(picture.exif, [picture.exif, None])
    output = path.with_name("written.tif")
    write_picture(
        output, picture.pixels, alpha=picture.alpha, exif=picture.exif, icc_profile=picture.icc_profile, overwrite=True
    )


def _read_raster(path: Path) -> None:
    from cscfuse_keras.io.rasters import Raster, check_same_area, is_georeferenced

    if not is_georeferenced(path):
        return
    with Raster(path) as raster:
        height, width, _ = raster.shape
        if height * width <= 10**6:
            raster.read(slice(0, height), slice(0, width))
        check_same_area(raster, raster)


def _read_patches(path: Path) -> None:
    from pipelines.patches import describe_patches, read_patches

    names, _ = describe_patches(path, "ivf")
    read_patches(path, range(len(names)))


def _read_spectral_patches(path: Path) -> None:
    from pipelines.spectral_patch_file import SpectralPatchFile

    patches = SpectralPatchFile(path)
    try:
        for number in range(min(len(patches), 50)):
            patches[number]
    finally:
        patches.file.close()


def _load_model(path: Path) -> None:
    import keras

    from cscfuse_keras.models.presets import load_preset
    from cscfuse_keras.runtimes import runtime_for

    preset = load_preset(path)
    runtime_for(preset.network, preset.model, "keras")
    keras.backend.clear_session()


def _read_torch(path: Path) -> None:
    from cscfuse_keras.models.torch_file import read_torch_file

    read_torch_file(path)


def _load_niqe(path: Path) -> None:
    from cscfuse_keras.metrics.niqe import Niqe

    Niqe.load(path)


def _load_brisque(path: Path, other: Callable[[], list[bytes]], order: int) -> None:
    """Load BRISQUE's two files: model, then ranges, or the other way round; the second is as it should be."""
    from cscfuse_keras.metrics.brisque import Brisque

    whole = path.with_name("whole.txt")
    whole.write_bytes(other()[0])
    Brisque.load(*(path, whole)[::order])


def _read_settings(path: Path) -> None:
    from cscfuse_keras.cli.settings import read_settings
    from cscfuse_keras.models.ivf import IVFConfig

    read_settings(path, {"network": IVFConfig()}, {})


def _in_png(data: bytes, others: Sequence[bytes], random: np.random.Generator) -> bytes:
    """A sound picture around a changed EXIF block and colour profile."""
    blocks = [_exif(), _profile()]
    which = random.integers(2)
    blocks[which] = mutated(blocks[which], blocks, random)
    return encode_png(_noise(4, 5, 3, dtype="uint16"), *blocks)


def _metadata() -> list[bytes]:
    return [encode_png(_noise(4, 5, 3, dtype="uint16"), _exif(), _profile())]


TARGETS = {
    "png": Target(".png", _png, _read_picture, mutated_png),
    "jpeg": Target(".jpg", _jpeg, _read_picture),
    "bmp": Target(".bmp", lambda: _saved([(20, 24), (20, 24, 3)], "BMP"), _read_picture),
    "tiff": Target(".tif", _tiff, _read_picture),
    "webp": Target(".webp", lambda: _saved([(20, 24, 3), (20, 24, 4)], "WebP", lossless=True), _read_picture),
    "metadata": Target(".png", _metadata, _read_picture, _in_png),
    "bands": Target(".tif", _bands, read_cube),
    "geotiff": Target(".tif", _geotiff, _read_raster),
    "npy": Target(".npy", _npy, read_cube),
    "mat": Target(".mat", _mat, lambda path: read_cube(f"{path}:I_MS")),
    "hdf5": Target(".h5", _hdf5, read_cube),
    "patches": Target(".h5", _patches, _read_patches),
    "spectral_patches": Target(".h5", _spectral_patches, _read_spectral_patches),
    "niqe": Target(".mat", _pristine_model, _load_niqe),
    "brisque_model": Target(".txt", _support_vectors, lambda path: _load_brisque(path, _ranges, 1)),
    "brisque_ranges": Target(".txt", _ranges, lambda path: _load_brisque(path, _support_vectors, -1)),
    "toml": Target(".toml", _settings_file, _read_settings),
    "pth": Target(".pth", _torch, _read_torch, mutated_zip),
    "keras": Target(".keras", _models, _load_model, mutated_zip),
}


@functools.cache
def seeds_of(name: str) -> list[bytes]:
    """Whole files of a format."""
    return TARGETS[name].seeds()
