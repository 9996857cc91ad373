"""From files and a preset to a page and its figures."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cscfuse_keras.explain import scenes
from cscfuse_keras.explain.figures import figures
from cscfuse_keras.explain.page import explanation_page, summary
from cscfuse_keras.explain.traces import Box
from cscfuse_keras.explain.tracing import trace
from cscfuse_keras.io.atomic import write_bytes
from cscfuse_keras.models.presets import Preset, load_preset

PAGE, FIGURES = "index.html", "figures.json"


def write_explanation(
    folder: Path,
    task: str,
    sources: Sequence[Path],
    preset: str,
    side: int,
    box: Box | None,
    scales: Mapping[str, float],
    settings: Mapping[str, Any],
    about: Mapping[str, str],
) -> list[str]:
    """Follow a preset on files, and write `index.html` and `figures.json`.

    Args:
        folder: that receives them; made if missing.
        task: of the preset.
        sources: files, as the task takes them.
        preset: name of a preset, or path of a `.keras` file.
        side: longest side that is followed, in pixels.
        box: that is told of beside the whole picture, in pixels of the files.
        scales: sample values that mean 1.0: `full_scale`, `infrared_full_scale`, `guide_full_scale`.
        settings: of the preset that need no new weights.
        about: how the page came about.

    Returns:
        The page's findings, in sentences.

    Raises:
        UsageError, InputError, ModelError: as `read_pair`, `read_exposures`, `read_bands` and `load_preset`.
    """
    loaded, scene = _read(task, sources, preset, side, box, scales, settings)
    followed = trace(loaded.model, scene.inputs)
    placed = None if box is None else scene.place(box, followed.contributions.fused.shape[:2])
    origin = {"preset": f"{loaded.name} (SHA-256 {loaded.sha256[:12]}…)", **scene.files, **about}
    page = explanation_page(followed, loaded.name, origin, scene, box, placed)
    write_bytes(folder / PAGE, page.encode("utf-8", "backslashreplace"))
    content = {"about": origin, "note": scene.note, **figures(followed, placed)}
    write_bytes(folder / FIGURES, (json.dumps(content, indent=1, allow_nan=False) + "\n").encode())
    return summary(followed)


def _read(task, sources, preset, side, box, scales, settings) -> tuple[Preset, scenes.Scene]:
    scale = scales.get("full_scale")
    if task == "msf":
        fuser = scenes.MSFFuser(preset, "keras", **settings)
        stated = scale, scales.get("guide_full_scale")
        return fuser.preset, scenes.read_bands(sources, side, box, stated, fuser)
    loaded = load_preset(preset, task, **settings)
    if task == "mef":
        return loaded, scenes.read_exposures(sources, side, box, scale)
    infrared_scale = scales.get("infrared_full_scale", scale)
    return loaded, scenes.read_pair(sources, side, box, (infrared_scale, scale))
