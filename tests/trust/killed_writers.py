"""Kills writers of files at every line that they execute, and tells what was found; run by test_fault_kill.py.

A writer is forked again and again. Each time it is sent SIGKILL one line later: lines of this project, and of the
standard library's functions that it calls. Then another process writes the same, once more, and undisturbed.

Usage: killed_writers.py FOLDER WRITER MOST_KILLS
"""

import json
import os
import shutil
import signal
import sys
import warnings
from pathlib import Path

# The quickest to start.
os.environ["KERAS_BACKEND"] = "openvino"

import numpy as np

TRACED = tuple(f"{os.sep}{name}" for name in ("cscfuse_keras", "pipelines", "tempfile.py", "shutil.py", "pathlib.py"))
VERSIONS = "old", "new"
SAMPLES = {
    version: np.random.default_rng(k).integers(0, 256, (16, 16, 2), "uint8") for k, version in enumerate(VERSIONS)
}


class Picture:
    """A PNG file."""

    def write(self, folder, version):
        from cscfuse_keras.io import write_picture

        write_picture(folder / "a.png", SAMPLES[version][..., 0], overwrite=True)

    def found(self, folder):
        from cscfuse_keras.io import read_picture

        pixels = read_picture(folder / "a.png").pixels
        return next(version for version in VERSIONS if np.array_equal(SAMPLES[version][..., 0], pixels))

    entries = ("a.png",)


class GeoTIFF:
    """A GeoTIFF file that is written by windows."""

    entries = ("a.tif", "low.tif")

    def write(self, folder, version):
        import rasterio

        from cscfuse_keras.io.raster_writing import writing
        from cscfuse_keras.io.rasters import Raster

        low = folder / "low.tif"
        if not low.exists():
            profile = {"driver": "GTiff", "dtype": "uint8", "count": 2, "width": 16, "height": 16, "crs": "EPSG:32631"}
            transform = rasterio.transform.from_origin(0, 0, 1, 1)
            with rasterio.open(low, "w", transform=transform, **profile) as file:
                file.write(np.zeros((2, 16, 16), "uint8"))
        everything = np.ones((16, 16), bool)
        with Raster(low) as raster, writing(folder / "a.tif", raster, raster, 16) as output:
            output.write(slice(0, 16), slice(0, 16), SAMPLES[version], everything)

    def found(self, folder):
        import rasterio

        with rasterio.open(folder / "a.tif") as file:
            samples = np.moveaxis(file.read(), 0, -1)
        return next(version for version in VERSIONS if np.array_equal(SAMPLES[version], samples))


class Patches:
    """An HDF5 file of crops."""

    entries = ("a.h5",)

    def write(self, folder, version):
        from pipelines.patches import write_patches

        unit = SAMPLES[version].astype("float32") / 255
        write_patches("ivf", ["x", "y"], lambda row, copy: unit[..., row : row + 1], folder / "a.h5", copies=2)

    def found(self, folder):
        from pipelines.patches import describe_patches, read_patches

        describe_patches(folder / "a.h5", "ivf")
        patches = read_patches(folder / "a.h5", [0, 1])
        expected = {version: np.moveaxis(SAMPLES[version], -1, 0)[:, None, ..., None] for version in VERSIONS}
        return next(version for version in VERSIONS if (expected[version] == patches).all())


class SpectralPatches:
    """An HDF5 file of multi-spectral patches, whose writing goes on where it stopped."""

    entries = ("a.h5", "new.npz", "old.npz")

    def write(self, folder, version):
        from pipelines import spectral_patch_file
        from pipelines.spectral_sources import SceneFiles, SpectralScene
        from pipelines.wald import SENSORS

        source = folder / f"{version}.npz"
        scene = SpectralScene(version, SAMPLES[version], SAMPLES[version][..., :1], 255.0, 255.0, SENSORS["generic"])
        for each in VERSIONS:
            (folder / f"{each}.npz").touch()
        spectral_patch_file.read_spectral_scene = lambda files: scene
        files = [SceneFiles(path=source, sensor=SENSORS["generic"])]
        spectral_patch_file.write_spectral_patches(files, folder / "a.h5", size=16)

    def found(self, folder):
        from pipelines.spectral_patch_file import SpectralPatchFile

        file = SpectralPatchFile(folder / "a.h5")
        version = Path(file.scene_names[0]).stem
        assert len(file) == 4
        assert all(np.array_equal(np.rot90(SAMPLES[version], k), file[k].truth) for k in range(4))
        return version


class Checkpoint:
    """Checkpoint and history of a training."""

    entries = ("checkpoints", "history.csv", "loss.svg", "progress.json")

    def __init__(self):
        import keras

        self.model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="zeros")])
        self.model.compile(keras.optimizers.Adam(0.1), "mse")
        self.model.optimizer.build(self.model.trainable_variables)

    def write(self, folder, version):
        from cscfuse_keras.training.progress import Progress

        progress = Progress.load(folder)
        # Twice the same: from one epoch to two.
        progress.history = progress.history[: VERSIONS.index(version)]
        progress.checkpoints = progress.checkpoints[: VERSIONS.index(version)]
        epoch = progress.epochs_done + 1
        self.model.layers[0].kernel.assign(np.full((2, 1), epoch))
        progress.record({"epoch": epoch, "loss": 1.0, "val_loss": 1.0}, self.model, 3)

    def found(self, folder):
        from cscfuse_keras.training.progress import Progress

        with warnings.catch_warnings():
            # A checkpoint that is not whole is passed over with a warning.
            warnings.simplefilter("error", UserWarning)
            place = Progress.load(folder).restore(self.model, 3)
        assert (self.model.layers[0].get_weights()[0] == place.epochs).all()
        return VERSIONS[place.epochs - 1]


class Export:
    """A folder of a model and a file beside."""

    entries = ("model", "model.json")

    def write(self, folder, version):
        from cscfuse_keras.export.staging import staged

        with staged(folder) as partial:
            (partial / "model").mkdir()
            for part in ("graph", "weights"):
                (partial / "model" / part).write_text(version)
            (partial / "model.json").write_text(version)

    def found(self, folder):
        graph, weights = ((folder / "model" / part).read_text() for part in ("graph", "weights"))
        assert graph == weights
        assert (folder / "model.json").read_text() in VERSIONS
        return graph


def kill_at_line(number, work):
    """Run in a child process that is killed at a line; whether it came so far."""
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        left = number

        def trace(frame, event, argument):
            nonlocal left
            if not any(part in frame.f_code.co_filename for part in TRACED):
                return None
            if event == "line":
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            return trace

        sys.settrace(trace)
        try:
            work()
        except BaseException:
            os._exit(3)
        finally:
            sys.settrace(None)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, "the writer failed"
    return os.WIFSIGNALED(status)


def lines_of(restore, work):
    """How many lines are executed, counted in child processes; what one leaves would take the next lines to sweep."""

    def ends_before(number):
        restore()
        return not kill_at_line(number, work)

    low, high = 1, 2
    while not ends_before(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if ends_before(middle) else (middle, high)
    return high


def main(folder, writer, most_kills):
    """Kill, look, write once more, and look again."""
    template, place = folder / "template", folder / "place"
    template.mkdir(parents=True)
    # Here, so that no child has to import anything.
    writer.write(template, "old")
    writer.found(template)
    found = dict.fromkeys(VERSIONS, 0)
    strays = 0

    def write():
        writer.write(place, "new")

    def restore():
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(template, place)

    total = lines_of(restore, write)
    # Some of the last lines, too, where the new file is in its place.
    numbers = np.unique(
        [*np.linspace(1, total - 1, min(most_kills, total - 1)).astype(int), *range(total - 20, total, 4)]
    )
    for number in numbers.tolist():
        restore()
        if not kill_at_line(number, write):
            # The number of lines depends a little on the names of temporary folders.
            continue
        found[writer.found(place)] += 1
        strays += len(list(place.rglob(".partial-*"))) > 0
        assert not kill_at_line(0, write)
        assert writer.found(place) == "new", number
        left = sorted(path.name for path in place.iterdir())
        assert left == sorted(writer.entries), (number, left)
        assert not list(place.rglob(".partial-*")), number
    print(json.dumps({"lines": total, "kills": len(numbers), "strays": strays, **found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), globals()[sys.argv[2]](), int(sys.argv[3]))
