"""The page of an explanation: one HTML file with all its pictures, that needs no network and no script."""

from collections.abc import Mapping
from importlib import resources

import numpy as np

from cscfuse_keras.explain import pictures, words
from cscfuse_keras.explain.html import figure, figures, paragraphs
from cscfuse_keras.explain.scenes import Scene
from cscfuse_keras.explain.sources_part import between, sources_part, weights_part
from cscfuse_keras.explain.traces import Box, Trace
from cscfuse_keras.explain.units_part import units_part
from cscfuse_keras.report.document import document, facts, text

_NETWORKS = {
    "ivf": "Infrared-visible fusion as in the paper: base and detail of either picture are coded by stacks of units, "
    "the codes are merged by rules, and a decoder makes one picture of them.",
    "ivf_pyramid": "Infrared-visible fusion in pyramids: a stack of units codes both pictures together, from coarse "
    "to fine, and the codes say how much each picture's bands count.",
    "mef": "Fusion of several exposures: a stack of units codes each exposure, and the codes say how much each "
    "exposure counts where.",
    "msf": "Fusion of an image of many bands and a sharp guide: what the codes of stacks of units stand for is added "
    "to the enlarged image.",
}

_GLOSSARY = """<details><summary>The words on this page</summary>
<p>A <em>code</em> describes an image by many numbers for each pixel, one a <em>channel</em>. It is <em>sparse</em> if
most of them are zero: then few channels tell what is at a pixel, and one can read it.</p>
<p>A <em>unit</em> makes a better code z of an image x in three steps. <em>Conv0</em> paints an image from the code,
each number adding its channel's <em>atom</em>, a small pattern; all atoms together are the <em>dictionary</em>. What
that leaves unexplained, x − Conv0(z), is the <em>residual</em>. <em>Conv1</em> turns it into a correction of the
code, of which all that is smaller than a <em>threshold</em> becomes zero.</p>
<p>Repeated with one fixed dictionary this is <em>ISTA</em>, a method whose residual falls until the code explains the
image. Here atoms, Conv1 and thresholds are learned, anew for each unit, for what is made of the last code; so nothing
forces the residual to fall, or the code to be sparse. The figures tell whether they do.</p></details>"""


def summary(trace: Trace) -> list[str]:
    """The findings of a trace, in sentences."""
    found = []
    for stack in trace.coders:
        name = words.subject(stack, trace)
        found += [f"{name}: {words.sparsity(stack.units)}", f"{name}: {words.residuals(stack)}"]
    height, width = trace.contributions.fused.shape[:2]
    return [*found, f"In the whole picture, {between(trace, (0, 0, width, height))}."]


def explanation_page(
    trace: Trace, name: str, about: Mapping[str, str], scene: Scene, box: Box | None, placed: Box | None
) -> str:
    """The page as HTML.

    Args:
        trace: what was followed.
        name: of the preset.
        about: how it came about, shown as it is.
        scene: what the inputs are of.
        box: told of beside the whole picture, in pixels of the files.
        placed: the same in pixels of the inputs.
    """
    findings = "".join(f"<li>{text(sentence)}</li>" for sentence in summary(trace))
    note = f'<p class="warning">{text(scene.note)}</p>' if scene.note else ""
    title = f"How {name} fused these pictures"
    main = f"""<h1>{text(title)}</h1>
<p>{text(_NETWORKS[trace.network])}</p>
{facts(about)}
{note}
<h2>In short</h2>
<ul class="findings">{findings}</ul>
{_GLOSSARY}
{_images(trace, scene, placed)}
{sources_part(trace, scene, box, placed)}
{weights_part(trace)}
{_split(trace)}
{"".join(units_part(trace, stack) for stack in trace.coders)}"""
    style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return document(title, main, style=style, pictures="embedded")


def _images(trace: Trace, scene: Scene, placed: Box | None) -> str:
    parts = [
        figure(pictures.shown(image), scene.named(name).replace("_", " ")) for name, image in trace.sources.items()
    ]
    fused = pictures.with_box(pictures.shown(trace.fused), placed)
    parts.append(figure(fused, "fused, as the network gives it" + (", with the box" if placed else "")))
    return "<h2>Pictures</h2>" + figures(parts)


def _split(trace: Trace) -> str:
    if not trace.split:
        return ""
    base_like = ("base", "enlarged")
    parts = []
    for name, image in trace.split.items():
        if name.endswith(base_like):
            parts.append(figure(pictures.shown(image), name))
        else:
            values = image.mean(axis=-1)
            largest = float(np.percentile(np.abs(values), 99.5)) or 1.0
            caption = f"{name}: blue below zero, orange above, full colour at ±{words.number(largest)}"
            parts.append(figure(pictures.signed(values, largest), caption))
    sentence = {
        "ivf": "A box filter makes the base; the detail is what it leaves. Each has units of its own.",
        "msf": "The fused image is the enlarged one and what the network adds (mean of the bands).",
    }[trace.network]
    return "<h2>Base and detail</h2>" + paragraphs(sentence) + figures(parts)
