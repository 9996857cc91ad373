"""Which source gave how much, as a part of the page."""

import numpy as np

from cscfuse_keras.explain import pictures, words
from cscfuse_keras.explain.charts import swatch
from cscfuse_keras.explain.html import figure, figures, paragraphs, table
from cscfuse_keras.explain.scenes import Scene
from cscfuse_keras.explain.traces import Box, Trace
from cscfuse_keras.report.document import text


def sources_part(trace: Trace, scene: Scene, box: Box | None, placed: Box | None) -> str:
    """A picture of the sources' shares, and tables for the box and the whole picture."""
    contributions = trace.contributions
    height, width = contributions.fused.shape[:2]
    colours = pictures.palette(len(contributions.compared))
    legend = "".join(
        f"<span>{swatch(colour)}{text(scene.named(name))}</span>"
        for name, colour in zip(contributions.compared, colours, strict=True)
    )
    regions = [("whole picture", (0, 0, width, height))]
    if box is not None and placed is not None:
        kind = "pixel" if box[2:] == (1, 1) else f"box of {box[2]} x {box[3]}"
        of = "" if scene.factor == 1 else f", {placed[2]} x {placed[3]} here"
        regions.insert(0, (f"{kind} at {box[0]}, {box[1]}{of}", placed))
    picture = pictures.with_box(pictures.share_picture(contributions), placed)
    overview = f'<p class="legend">{legend}</p>' + figures(
        [figure(picture, "The fused picture in the mixed colours of the sources, by the size of what they gave.")],
        "large",
    )
    tables = "".join(_shares(trace, scene, name, region) for name, region in regions)
    return (
        "<h2>Which source gave how much</h2>"
        + paragraphs(
            contributions.definition,
            f"So the parts add up to the fused picture; the largest difference on this page is "
            f"{contributions.remainder:.1e} of full scale.",
        )
        + overview
        + tables
        + paragraphs(
            "Brightness is what a part adds to the mean, in levels of 255. Variation is a part's share of the contrast "
            "and structure: cov(part, fused) / var(fused), which add up to 100 %. A share below zero works against the "
            "result, as where a source is dark and the fused picture bright; then others have more than 100 %."
        )
    )


def between(trace: Trace, region: Box) -> str:
    """Who gives how much of a region, in words."""
    base = "the enlarged image" if trace.network == "msf" else ""
    return words.between(trace.contributions.source_shares(region), base)


def _shares(trace: Trace, scene: Scene, name: str, region: Box) -> str:
    contributions, shares = trace.contributions, trace.contributions.shares(region)
    left, top, width, height = region
    mean = float(contributions.fused[top : top + height, left : left + width].mean())
    rows = [
        (scene.named(share.name), f"{255 * share.brightness:+.1f}".replace("-", "−"), words.percent(share.variation))
        for share in shares
    ]
    varied = not np.isnan(shares[0].variation)
    if contributions.constant:
        rows.insert(
            0,
            (
                "mid-grey, where all begins",
                f"+{255 * contributions.constant:.1f}",
                words.percent(0.0) if varied else "–",
            ),
        )
    rows.append(("fused", f"{255 * mean:.1f}", words.percent(1.0) if varied else "–"))
    sentence = f"In the {name}, {between(trace, region)}."
    return (
        f"<h3>{text(name[0].upper() + name[1:])}</h3>"
        + paragraphs(sentence)
        + table(("part", "brightness", "variation"), rows)
    )


def weights_part(trace: Trace) -> str:
    """The weights of sources as pictures; empty for a network without."""
    if not trace.weights:
        return ""
    titles = list(dict.fromkeys(weight.title for weight in trace.weights))
    parts = []
    for k, title in enumerate(titles):
        maps = [weight for weight in trace.weights if weight.title == title]
        low, high = maps[0].bounds
        if all(np.ptp(weight.values) == 0 for weight in maps):
            each = ", ".join(f"{weight.source} {words.number(float(weight.values[0, 0]))}" for weight in maps)
            parts.append(paragraphs(f"{title}: the same everywhere, {each}."))
            continue
        shown = figures(
            (
                figure(
                    pictures.stretched(weight.values, low, high),
                    f"{weight.source}: mean {words.number(float(weight.values.mean()))}, from "
                    f"{words.number(float(weight.values.min()))} to {words.number(float(weight.values.max()))}",
                    "smooth" if k == 0 else "pixels",
                )
                for weight in maps
            ),
            "small" if len(maps) > 3 else "",
        )
        scale = f"{title}: black is {low:g}, white is {high:g}"
        opened = " open" if k < 2 else ""
        parts.append(f"<details{opened}><summary>{text(scale)}</summary>{shown}</details>")
    meaning = {
        "ivf": "Weights of the two sources' codes, a mean over channels, as the merge rule finds them.",
        "ivf_pyramid": "What each source's bands, and its pixels, are multiplied by. The two need not add up to one.",
        "mef": "What each exposure is multiplied by. At every pixel the exposures' weights add up to 1.",
    }[trace.network]
    return "<h2>Weights</h2>" + paragraphs(meaning) + "".join(parts)
