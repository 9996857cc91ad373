"""Files of arrays made to do harm: pickles, arrays that lie in other files, and claims of any size."""

import io
import os
import pickle
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
import tifffile
import torch

from cscfuse_keras.io import hdf5_files, write_picture
from cscfuse_keras.io.cubes import read_cube
from pipelines.patches import write_patches
from pipelines.spectral_patch_file import write_spectral_patches
from pipelines.spectral_sources import SceneFiles

HUGE = (10**5, 10**5, 10**4)


class Touch:
    """What a pickle would run."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.fixture
def canary(tmp_path):
    """A file that is never to be there."""
    yield tmp_path / "canary"
    assert not (tmp_path / "canary").exists()


@pytest.fixture
def fuse(tmp_path):
    """Arguments that fuse an image of bands with a guide."""
    guide = tmp_path / "guide.npy"
    np.save(guide, np.zeros((16, 16), "uint8"))
    return lambda low: ["fuse", "--task", "msf", low, guide, "-o", tmp_path / "fused.npy", "--preset", "msf-lite"]


def header_of(shape, descr="'|u1'"):
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text.encode()


def test_a_pickle_in_numpys_form_is_not_opened(refused, fuse, canary, tmp_path):
    path = tmp_path / "low.npy"
    np.save(path, np.array([[[Touch(canary)]]], object), allow_pickle=True)
    refused(3, *fuse(path), words=[path])


def test_a_bare_pickle_is_not_opened(refused, fuse, canary, tmp_path):
    path = tmp_path / "low.npy"
    path.write_bytes(pickle.dumps(Touch(canary)))
    refused(3, *fuse(path), words=[path])


def test_objects_of_matlab_are_no_numbers(refused, fuse, canary, tmp_path):
    path = tmp_path / "low.mat"
    scipy.io.savemat(path, {"cell": np.array([[["a", 1]]], object), "struct": {"x": 1.0}, "text": "hello"})
    refused(3, *fuse(path), words=["expected one array of three axes, found none"])
    refused(3, *fuse(f"{path}:cell"), words=["expected an array named 'cell', found none"])


@pytest.mark.parametrize("shape", [HUGE, (-1, 4, 4), (4, 4, "__import__('os')"), (2**70, 1, 1)])
def test_what_numpys_header_claims(refused, fuse, tmp_path, shape):
    path = tmp_path / "low.npy"
    path.write_bytes(header_of(shape) + bytes(100))
    refused(3, *fuse(path), words=[path])


def matlab_file(content):
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, content)
    return bytearray(buffer.getvalue())


def test_what_matlabs_header_claims(refused, fuse, tmp_path):
    path, content = tmp_path / "low.mat", matlab_file({"bands": np.zeros((2, 3, 4), "uint8")})
    place = content.index(np.array([2, 3, 4], "<i4").tobytes())
    for shape, named in (((10**5, 10**5, 2000), "samples"), ((-2, 3, 4), "shape"), ((2, 3, 5), "24 bytes")):
        content[place : place + 12] = np.array(shape, "<i4").tobytes()
        path.write_bytes(content)
        refused(3, *fuse(path), words=[path, named])


def test_a_matlab_type_that_there_is_not(refused, fuse, tmp_path):
    """SciPy's reader ends the process."""
    path, content = tmp_path / "low.mat", matlab_file({"bands": np.zeros((2, 3, 4), "uint8")})
    place = content.index(b"\2\0\0\0\x18\0\0\0")
    content[place] = 99
    path.write_bytes(content)
    refused(3, *fuse(path), words=["element type 99"])


def linked(path, kind):
    """An HDF5 file whose array `bands` is that of another file, or is only claimed."""
    other = path.with_name("other.h5")
    with h5py.File(other, "w") as file:
        file["bands"] = np.zeros((8, 8, 4), "uint8")
    with h5py.File(path, "w") as file:
        if kind == "external link":
            file["bands"] = h5py.ExternalLink(other.name, "/bands")
        elif kind == "soft link":
            file["bands"] = h5py.SoftLink("/elsewhere")
        elif kind == "virtual":
            layout = h5py.VirtualLayout((8, 8, 4), "uint8")
            layout[:] = h5py.VirtualSource(other, "bands", (8, 8, 4))
            file.create_virtual_dataset("bands", layout)
        elif kind == "external":
            file.create_dataset("bands", (8, 8, 4), "uint8", external=[(os.fspath(other), 0, 256)])
        elif kind == "huge":
            file.create_dataset("bands", HUGE, "uint8", chunks=(1, 100, 100), compression="gzip")
        elif kind == "never written":
            file.create_dataset("bands", (800, 800, 40), "uint8", chunks=(8, 8, 40))
        elif kind == "in circles":
            file.create_group("group")["again"] = file
        else:
            file.create_dataset("bands", data=np.zeros((8, 8, 4), "uint8"), chunks=(8, 8, 4), scaleoffset=0)


KINDS = {
    "external link": "other.h5",
    "soft link": "/elsewhere",
    "virtual": "other files",
    "external": "other files",
    "huge": "samples",
    "never written": "never written",
    "in circles": "expected one array of three axes",
    "filter": "h5repack",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suffix", [".h5", ".mat"])
def test_hdf5_files_hold_their_data_themselves(refused, fuse, tmp_path, kind, suffix):
    path = tmp_path / f"low{suffix}"
    linked(path, kind)
    refused(3, *fuse(path), words=[path, KINDS[kind]])


@pytest.mark.parametrize("kind", ["external link", "virtual", "external", "huge"])
@pytest.mark.parametrize("task", ["ivf", "msf"])
def test_training_reads_no_such_file(refused, tmp_path, task, kind):
    path = tmp_path / "patches.h5"
    linked(path, kind)
    refused(3, "train", "--task", task, "--data", path, "-o", tmp_path / "run", words=[path, "expected an HDF5 file"])


@pytest.fixture
def patches(tmp_path):
    """A file of patches, opened to be changed."""
    path = tmp_path / "patches.h5"
    write_patches("ivf", ["a", "b", "c"], lambda row, copy: np.zeros((8, 8, 1), "float32"), path, copies=2)

    def change(action):
        with h5py.File(path, "r+") as file:
            action(file)
        return path

    return change


def replaced(name, **settings):
    def change(file):
        del file[name]
        file.create_dataset(name, **settings)

    return change


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (replaced("patches", shape=(3, 10**6, 10**4, 10**3, 1), dtype="uint8", chunks=(1, 1, 8, 8, 1)), "samples"),
        (replaced("patches", shape=(3, 2, 8, 8, 1), dtype="uint8", chunks=(1, 1, 8, 8, 1)), "never written"),
        (replaced("patches", data=np.zeros((2, 2, 8, 8, 1), "uint8")), "for 3 names"),
        (replaced("patches", data=np.zeros((3, 2, 8, 8, 1), "float32")), "float32"),
        (replaced("description", data=np.zeros(4, "uint8")), "damaged"),
        (replaced("description", data="text"), "format None"),
        (replaced("description", data=np.frombuffer(b"[" * 10**5, "uint8")), "damaged"),
    ],
)
def test_patches_are_what_they_are_said_to_be(refused, patches, tmp_path, change, named):
    path = patches(change)
    refused(3, "train", "--task", "ivf", "--data", path, "-o", tmp_path / "run", words=[path, named])


def test_spectral_patches_are_what_they_are_said_to_be(refused, tmp_path, samples_of):
    scene, path = tmp_path / "scene", tmp_path / "patches.h5"
    scene.mkdir()
    np.save(scene / "bands.npy", samples_of(16, 16, 3))
    np.save(scene / "guide.npy", samples_of(16, 16, 1))
    write_spectral_patches([SceneFiles(scene)], path, size=8, stride=8)
    with h5py.File(path, "r+") as file:
        shape = file["000000/truth"].shape
        replaced("000000/truth", shape=(10**12, *shape[1:]), dtype="uint8", chunks=(1, *shape[1:]))(file)
    refused(3, "train", "--task", "msf", "--data", path, "-o", tmp_path / "run", words=[path, "of shape"])


def test_chunks_lie_in_the_file(tmp_path):
    """The library reads beyond its memory where a table of chunks is damaged."""
    path = tmp_path / "bands.h5"
    with h5py.File(path, "w") as file:
        chunk = file.create_dataset("bands", data=np.ones((8, 8, 4), "uint8"), chunks=(4, 8, 4)).id.get_chunk_info(1)
    content = path.read_bytes()
    place = content.index(chunk.byte_offset.to_bytes(8, "little"))
    for position, value in ((place, 2**40), (place - 24, 8)):
        path.write_bytes(content[:position] + value.to_bytes(8, "little") + content[position + 8 :])
        with pytest.raises(Exception, match="damaged"):
            read_cube(path)


def test_links_are_counted(refused, fuse, tmp_path, monkeypatch):
    monkeypatch.setattr(hdf5_files, "MOST_LINKS", 3)
    path = tmp_path / "low.h5"
    with h5py.File(path, "w") as file:
        for number in range(5):
            file.create_group(f"{number}")
    refused(3, *fuse(path), words=["more than 3 links"])


def test_pages_of_a_tiff_file_in_a_circle(refused, fuse, tmp_path):
    path = tmp_path / "low.tif"
    tifffile.imwrite(path, np.zeros((2, 8, 8), "uint8"), photometric="minisblack")
    with tifffile.TiffFile(path) as tiff:
        offsets = [page.offset for page in tiff.pages]
        tags = len(tiff.pages[1].tags)
    content = bytearray(path.read_bytes())
    end = offsets[1] + 2 + 12 * tags
    content[end : end + 4] = offsets[0].to_bytes(4, "little")
    path.write_bytes(content)
    refused(3, *fuse(path), words=[path])


def convert(path, tmp_path):
    return ["convert", "--task", "mef", "--weights", path, "-o", tmp_path / "converted.keras"]


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("wrapped", [lambda touch: touch, lambda touch: {"a": {"weight": touch}}])
def test_a_pickle_of_pytorch_runs_nothing(refused, canary, tmp_path, zipped, wrapped):
    path = tmp_path / "weights.pth"
    torch.save(wrapped(Touch(canary)), path, _use_new_zipfile_serialization=zipped)
    refused(3, *convert(path, tmp_path), words=[path, "expected a PyTorch file of weights"])


@pytest.mark.parametrize("name", ["os.system", "builtins.eval", "subprocess.Popen"])
def test_forbidden_globals_are_not_looked_up(refused, canary, tmp_path, name):
    module, function = name.rsplit(".", 1)
    argument = f"touch {canary}" if function != "eval" else f"__import__('os').system('touch {canary}')"
    path = tmp_path / "weights.pth"
    path.write_bytes(f"c{module}\n{function}\n(V{argument}\ntR.".encode())
    refused(3, *convert(path, tmp_path), words=[path])


def test_pytorch_files_are_not_unpacked(refused, tmp_path):
    path, packed = tmp_path / "weights.pth", tmp_path / "packed.pth"
    torch.save({"weight": torch.zeros(10**6)}, path)
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            target.writestr(member.filename, source.read(member))
    refused(3, *convert(packed, tmp_path), words=[packed, "compressed data"])


def test_a_tensor_that_repeats_one_value_is_not_written_out(refused, tmp_path):
    path = tmp_path / "weights.pth"
    torch.save({"weight": torch.zeros(1).expand(10**6, 10**6)}, path)
    refused(3, *convert(path, tmp_path), words=[path, "(1000000, 1000000)"])


def test_pictures_of_bands_beside_hostile_ones_are_not_read(refused, fuse, canary, tmp_path, samples_of):
    """A folder of bands in which one is another thing than its name says."""
    folder = tmp_path / "bands"
    write_picture(folder / "ms_01.png", samples_of(8, 8))
    (folder / "ms_02.png").write_bytes(pickle.dumps(Touch(canary)))
    refused(3, *fuse(folder), words=["ms_02.png"])
