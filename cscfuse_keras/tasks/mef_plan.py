"""Which files are the exposures of which scene, and what the results are named."""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path

from cscfuse_keras.errors import InputError, UsageError
from cscfuse_keras.io import list_pictures
from cscfuse_keras.io.pairs import natural_order
from cscfuse_keras.io.paths import check_found, is_folder
from cscfuse_keras.io.pictures import FORMATS
from cscfuse_keras.tasks.jobs import Job, is_folder_name, name_like


def plan(sources: Sequence[Path], output: Path, batch: bool = False) -> tuple[list[Job], list[tuple[Path, str]]]:
    """Scenes to fuse, and the folders left over.

    Args:
        sources: pictures, the exposures of one scene; or one folder of them; or, if `batch`, one folder of such
            folders.
        output: the file to write, or a folder (one that exists, or a name without a suffix) for a file named after the
            scene's folder, or `FIRST-fused` after the first of the pictures; if `batch`, the folder for one such file a
            scene.
        batch: whether the source holds many scenes.

    Returns:
        `(jobs, left_over)`: left over are folders that hold no scene, each with the reason.

    Raises:
        InputError: a source is missing, or a folder holds no scene.
        UsageError: the sources are none of these; many scenes but `output` is a file.

    Warns:
        UserWarning: a folder holds files that are left out. Hidden files are left out silently.
    """
    for source in sources:
        check_found(source, "a picture or a folder")
    folders = [source for source in sources if source.is_dir()]
    if batch:
        if len(sources) != 1 or not folders:
            raise UsageError(f"--batch: expected one folder of scene folders, found {_listed(sources)}; name that one")
        return _plan_batch(folders[0], output)
    if folders:
        if len(sources) > 1:
            raise UsageError(
                f"expected pictures, or one folder of them, found {_listed(sources)}; "
                "for several scenes put their folders into one and add --batch"
            )
        return [_plan_folder(folders[0], output)], []
    if len(sources) < 2:
        raise UsageError(f"expected at least two exposures, found {_listed(sources)} only; add others of the same view")
    first = sources[0]
    file = output / name_like(first, f"{first.stem}-fused") if is_folder_name(output) else output
    return [Job(first.stem, tuple(sources), file)], []


def _plan_folder(folder: Path, output: Path) -> Job:
    pictures = _pictures(folder)
    if len(pictures) < 2:
        raise InputError(
            f"{folder}: expected two or more exposures, found {len(pictures)}; "
            "add --batch if its subfolders are the scenes"
        )
    name = folder.resolve().name
    return Job(name, pictures, output / name_like(pictures[0], name) if is_folder_name(output) else output)


def _plan_batch(folder: Path, output: Path) -> tuple[list[Job], list[tuple[Path, str]]]:
    if not is_folder(output) and (os.path.lexists(output) or output.suffix.lower() in FORMATS):
        raise UsageError(f"{output}: expected a folder for the results of --batch, found a file's name; name a folder")
    jobs, left_over = [], []
    # Results in a folder beside the scenes are no scene when the command runs again.
    for scene in (path for path in _shown(folder) if path.is_dir() and path.resolve() != output.resolve()):
        pictures = _pictures(scene)
        if len(pictures) >= 2:
            jobs.append(Job(scene.name, pictures, output / name_like(pictures[0], scene.name)))
        else:
            left_over.append((scene, f"expected two or more exposures, found {len(pictures)}"))
    if not jobs:
        raise InputError(
            f"{folder}: expected folders of two or more exposures, one a scene, found none; "
            "leave out --batch if the folder is itself a scene"
        )
    _warn_of_files(folder, [path for path in _shown(folder) if path.is_file()])
    return jobs, left_over


def _pictures(scene: Path) -> tuple[Path, ...]:
    pictures = list_pictures(scene)
    if pictures:
        _warn_of_files(scene, [path for path in _shown(scene) if path not in pictures])
    return tuple(pictures)


def _shown(folder: Path) -> list[Path]:
    return sorted(folder.glob("[!.]*"), key=lambda path: natural_order(path.name))


def _warn_of_files(folder: Path, files: Sequence[Path]) -> None:
    if files:
        warnings.warn(f"{folder}: left out what is no exposure: {_listed(files)}", stacklevel=3)


def _listed(paths: Sequence[Path], most: int = 5) -> str:
    names = [path.name for path in paths[:most]]
    return ", ".join(names) + (f" and {len(paths) - most} more" if len(paths) > most else "")
