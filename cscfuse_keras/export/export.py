"""Whole tasks as files for other programs."""

import dataclasses
import functools
import importlib
import importlib.util
import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

from cscfuse_keras.errors import CSCFuseError, EnvironmentProblem, ModelError, UsageError
from cscfuse_keras.export.calibration import calibration_images
from cscfuse_keras.export.formats import FORMATS, distribution, packages_for
from cscfuse_keras.export.graphs import graph_for
from cscfuse_keras.export.parity import (
    Difference,
    Runner,
    Scene,
    Threshold,
    check,
    difference_of,
    threshold_for,
)
from cscfuse_keras.export.report import Report
from cscfuse_keras.export.scenes import FUSERS, Fuser, drawn_scene, fused_by_keras
from cscfuse_keras.export.staging import staged
from cscfuse_keras.export.verification import hashes_of
from cscfuse_keras.io.locks import locked
from cscfuse_keras.io.outputs import check_absent

_SIZES = (480, 640), (241, 323)


@dataclasses.dataclass(frozen=True)
class Export:
    """What to export.

    Attributes:
        formats: keys of `cscfuse_keras.export.formats.FORMATS`.
        quantizations: of `cscfuse_keras.export.formats.QUANTIZATIONS`; all but none are for tflite alone.
        size: height and width of the fused image; None for any.
        exposures: mef: their number; None for any.
        calibration: folder of real images, for int8; see `cscfuse_keras.export.calibration`.
    """

    formats: Sequence[str] = ("saved_model", "tflite")
    quantizations: Sequence[str] = ("none",)
    size: tuple[int, int] | None = None
    exposures: int | None = None
    calibration: Path | None = None

    def check(self) -> None:
        """Refuse what cannot be.

        Raises:
            UsageError: settings contradict each other.
            EnvironmentProblem: a package is missing.
        """
        reduced = [each for each in self.quantizations if each != "none"]
        if reduced and "tflite" not in self.formats:
            raise UsageError(f"--quantize {reduced[0]}: expected --format tflite, found {', '.join(self.formats)}")
        if "none" not in self.quantizations and set(self.formats) != {"tflite"}:
            other = next(each for each in self.formats if each != "tflite")
            raise UsageError(
                f"--format {other}: expected --quantize none, found {', '.join(reduced)}, which are for tflite; "
                "leave one out, or add none"
            )
        if "int8" in reduced and self.calibration is None:
            raise UsageError("--quantize int8: expected --calibration, a folder of real images, found none; add it")
        if self.calibration is not None and "int8" not in reduced:
            raise UsageError("--calibration: expected with --quantize int8, found without; leave it out")
        packages = {
            package
            for each, quantization in itertools.product(self.formats, self.quantizations)
            for package in packages_for(each, quantization)
        }
        missing = sorted(package for package in packages if importlib.util.find_spec(package) is None)
        if missing:
            names = " ".join(distribution(package) for package in missing)
            raise EnvironmentProblem(
                f"export: expected the packages of the extra export, found no {names}; "
                "pip install cscfuse-keras[export]"
            )

    def artefacts(self, preset: str) -> list["Artefact"]:
        """All files to write, for a preset's name."""
        if self.exposures is not None:
            preset += f"-{self.exposures}-exposures"
        if self.size is not None:
            preset += f"-{_text(self.size)}"
        return [
            Artefact(
                preset + ("" if quantization == "none" else f"-{quantization}") + FORMATS[each].suffix,
                each,
                quantization,
            )
            for each, quantization in itertools.product(self.formats, self.quantizations)
            if quantization == "none" or each == "tflite"
        ]


@dataclasses.dataclass(frozen=True)
class Artefact:
    """A file to write, or a folder: its name, its format and its quantisation."""

    name: str
    format: str
    quantization: str

    @property
    def converter(self) -> ModuleType:
        """The module with `write`, `runner` and `operators`."""
        return importlib.import_module(f"cscfuse_keras.export.{FORMATS[self.format].module}")

    @property
    def names(self) -> list[str]:
        """Of all that is written: the report is `NAME.json`."""
        weights = [str(Path(self.name).with_suffix(".bin"))] if self.format == "openvino" else []
        return [self.name, *weights, f"{self.name}.json"]


def export(
    task: str,
    preset: str,
    wanted: Export,
    folder: Path | None = None,
    overwrite: bool = False,
    tell: Callable[[str], None] = print,
) -> list[Report]:
    """Export a preset, and compare what came of it with Keras.

    All files appear together when all have reached their threshold; otherwise nothing is left behind.

    Args:
        task: ivf, mef or msf.
        preset: name of a preset, or path of a `.keras` file.
        wanted: what to export.
        folder: to write into; by default one named after the preset.
        overwrite: whether files may be replaced.
        tell: receives a line about each file.

    Raises:
        UsageError: there is no such preset, or a file exists.
        InputError: the images for calibration cannot be used.
        ModelError: a file misses its threshold.
        EnvironmentProblem: a package is missing.
    """
    wanted.check()
    fuser = FUSERS[task](preset, "keras")
    name = Path(fuser.preset.name).stem
    folder, artefacts = folder or Path(name), wanted.artefacts(name)
    _check_place(folder, artefacts, overwrite)
    scale = fuser.runtime.scale if task == "msf" else 1
    if wanted.size and any(side % scale for side in wanted.size):
        raise UsageError(f"--size: expected multiples of {scale}, the preset's scale, found {_text(wanted.size)}")
    with locked(folder), staged(folder) as partial:
        work = _Work(fuser, wanted)
        reports = [work.write(artefact, partial) for artefact in artefacts]
    for report in reports:
        tell(f"{folder / report.artefact}: {report.line()}")
    return reports


def _check_place(folder, artefacts, overwrite):
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: expected a folder, found a file; name another")
    for artefact in artefacts:
        for name in artefact.names:
            check_absent(folder / name, overwrite)
        target = folder / artefact.name
        ours = (target / "saved_model.pb").exists() if artefact.format == "saved_model" else not target.is_dir()
        if target.exists() and not ours:
            raise UsageError(f"{target}: expected an earlier export to replace, found something else; remove it")


class _Work:
    """What the files of an export have in common."""

    def __init__(self, fuser: Fuser, wanted: Export):
        self._fuser, self._wanted = fuser, wanted
        sizes = [wanted.size] * 2 if wanted.size else _SIZES
        self._scenes = [self._scene(size, seed=k, exposures=3 - k) for k, size in enumerate(sizes)]

    def write(self, artefact: Artefact, folder: Path) -> Report:
        """Write a file and its report into a folder."""
        preset, path, converter = self._fuser.preset, folder / artefact.name, artefact.converter
        threshold = threshold_for(preset.network, artefact.quantization)
        if artefact.quantization == "none":
            converter.write(self._source(True), path)
        else:
            path.write_bytes(self._quantized(artefact.quantization, threshold))
        differences = self._checked(artefact.name, lambda: converter.runner(path), threshold)
        report = Report(
            artefact.name,
            artefact.format,
            artefact.quantization,
            preset,
            self._source(True).graph,
            hashes_of(folder, artefact.names[:-1]),
            sum(_size(folder / name) for name in artefact.names if (folder / name).exists()),
            converter.operators(path),
            threshold,
            differences,
        )
        (folder / artefact.names[-1]).write_text(json.dumps(report.content(), indent=1) + "\n")
        return report

    def _checked(self, name: str, runner: Callable[[], Runner], threshold: Threshold) -> list[Difference]:
        try:
            return check(name, runner(), self._scenes, threshold)
        except CSCFuseError:
            raise
        except Exception as problem:
            reason = str(problem).strip().split("\n")[0]
            raise ModelError(
                f"{name}: expected a file that its runtime computes, found a failure: {reason}; nothing is exported"
            ) from problem

    @functools.cache  # noqa: B019 - lives as long as the export
    def _source(self, rescale: bool):
        from cscfuse_keras.export.source import Source

        graph = graph_for(self._fuser.preset, self._wanted.size, self._wanted.exposures, rescale)
        return Source(graph, {name: image.shape for name, image in self._scenes[0].images.items()})

    def _quantized(self, quantization: str, threshold: Threshold) -> bytes:
        from cscfuse_keras.export.litert import converted, runner_of
        from cscfuse_keras.export.litert_file import compact
        from cscfuse_keras.export.quantization import quantized

        def good_enough(content: bytes) -> bool:
            run = runner_of(content)
            return all(threshold.met(difference_of(run, scene)) for scene in self._scenes)

        def quality(content: bytes) -> float:
            return difference_of(runner_of(content), self._scenes[-1]).psnr

        wanted, calibration = self._wanted, ()
        if quantization == "int8":
            calibration = calibration_images(self._fuser, wanted.calibration, wanted.size, wanted.exposures)
        return compact(quantized(converted(self._source(False)), quantization, good_enough, quality, calibration))

    def _scene(self, size, seed, exposures):
        images = drawn_scene(self._fuser, size, seed, self._wanted.exposures or exposures)
        return Scene(images, fused_by_keras(self._fuser, images))


def _text(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _size(path: Path) -> int:
    return sum(each.stat().st_size for each in (path, *path.rglob("*")) if each.is_file())
