"""What the units of one set of weights do and have learned, as a part of the page."""

from collections.abc import Sequence

import numpy as np

from cscfuse_keras.explain import pictures, words
from cscfuse_keras.explain.charts import bars, curve
from cscfuse_keras.explain.html import figure, figures, paragraphs, table
from cscfuse_keras.explain.traces import ChannelGroup, StackTrace, Trace, UnitTrace
from cscfuse_keras.report.document import text

_CHANNELS = 8


def units_part(trace: Trace, stack: StackTrace) -> str:
    """Sparsity, residuals, channels, atoms, thresholds and receptive fields of a stack's units."""
    alike = [other for other in trace.stacks if other.coder == stack.coder]
    shared = (
        f"The {len(stack.units)} units code every level with the same weights; pictures below are of {stack.name}."
        if len(alike) > 1
        else ""
    )
    item = len(stack.items) // 2
    name = words.subject(stack, trace).split(",")[0]
    title = f"{name}: {len(stack.units)} units of {stack.units[-1].code.shape[-1]} channels"
    return (
        f"<h2>{text(title)}</h2>"
        + paragraphs(shared)
        + _codes(alike)
        + _residuals(stack, alike, item)
        + _active_channels(stack, item)
        + _atoms(stack)
        + _thresholds(stack)
        + _fields(stack)
    )


def _codes(alike: Sequence[StackTrace]) -> str:
    names = [f"unit {k + 1}" for k in range(len(alike[0].units))]
    sparsity = [(stack.name, *(words.percent(unit.sparsity) for unit in stack.units)) for stack in alike]
    energy = [(stack.name, *(words.number(unit.energy) for unit in stack.units)) for stack in alike]
    last = alike[0].units[-1]
    return (
        "<h3>Are the codes sparse?</h3>"
        + paragraphs(
            words.sparsity(alike[0].units),
            f"{last.active_channels} of the last code's {last.code.shape[-1]} channels are in use on these pictures.",
        )
        + table(("exact zeros", *names), sparsity)
        + paragraphs("Energy is the sum of a pixel's squared codes, a mean over the pixels.")
        + table(("energy", *names), energy)
    )


def _residuals(stack: StackTrace, alike: Sequence[StackTrace], item: int) -> str:
    norms = stack.residual_norms
    label = f"residual norms {', '.join(words.number(norm) for norm in norms)}"
    norm_table = table(
        ("residual norm", *(f"unit {k + 1}" for k in range(len(stack.units)))),
        [(other.name, *(words.number(norm) for norm in other.residual_norms)) for other in alike],
    )
    rows = []
    for group in stack.groups:
        shown = [group.picture(unit.residual[item]) for unit in stack.units]
        parts = [
            figure(
                pictures.signed(values),
                f"unit {k + 1}{_of(group.name, stack)}: largest {words.number(float(np.abs(values).max()))}",
            )
            for k, values in enumerate(shown)
        ]
        rows.append(figures(parts, "small"))
    return (
        "<h3>Do the residuals fall?</h3>"
        + paragraphs(
            "Each unit is given x − Conv0(z), what the code so far leaves unexplained of the image x; the first, which "
            "starts from z = 0, the image itself. The norm is in shares of the image's; dashed is 1.",
            words.residuals(stack),
            words.transposition(stack.units),
        )
        + f'<div class="figures"><figure>{curve(norms, label)}</figure></div>'
        + norm_table
        + paragraphs(
            f"What the units are given of {stack.items[item]}; "
            "blue below zero, orange above, each with a scale of its own."
        )
        + "".join(rows)
    )


def _of(group: str, stack: StackTrace) -> str:
    return f", {group}" if len(stack.groups) > 1 else ""


def _active_channels(stack: StackTrace, item: int) -> str:
    last = stack.units[-1]
    energy = last.channel_energy
    order = _by_energy(last)[:_CHANNELS]
    total = float(energy.sum()) or 1.0
    parts = [
        figure(
            pictures.signed(last.code[item, ..., channel], _largest(last.code[item, ..., channel])),
            f"channel {channel}: {words.percent(float(energy[channel]) / total)} of the energy, "
            f"{words.percent(float(np.mean(last.code[..., channel] == 0)))} zeros",
        )
        for channel in order
    ]
    return (
        "<h3>The most active channels</h3>"
        + paragraphs(
            f"The last code of {stack.items[item]}: the {len(order)} channels of most energy, which have "
            f"{words.percent(float(energy[order].sum()) / total)} of it. Light grey is zero, blue below, orange above."
        )
        + figures(parts, "small")
    )


def _largest(values: np.ndarray) -> float:
    return float(np.percentile(np.abs(values), 99.5)) or 1.0


def _by_energy(unit: UnitTrace) -> np.ndarray:
    return np.argsort(unit.channel_energy, kind="stable")[::-1]


def _atoms(stack: StackTrace) -> str:
    parts = []
    for k in range(1, len(stack.units)):
        atoms = stack.units[k].atoms
        if atoms is not None:
            order = _by_energy(stack.units[k - 1])
            sheet = pictures.sheet(atoms[order], stack.groups)
            parts.append(figure(sheet, f"Conv0 of unit {k + 1}: {len(atoms)} atoms", "sheet"))
    if not parts:
        return ""
    pairs = (
        f" A tile's halves are, from left to right: {', '.join(g.name for g in stack.groups)}."
        if len(stack.groups) > 1
        else ""
    )
    return (
        "<h3>Dictionary atoms</h3>"
        + paragraphs(
            "A tile is the pattern that Conv0 paints into the image for one channel of the code at one pixel; tiles "
            "are in the order of the channels' energy, each with a scale of its own, light grey is zero. Unit 1 starts "
            f"without a code and has none.{pairs}"
        )
        + figures(parts, "wide")
    )


def _thresholds(stack: StackTrace) -> str:
    learned = [unit.threshold if unit.threshold is not None else unit.slope for unit in stack.units]
    known = [values for values in learned if values is not None]
    low, high = (
        (min(0.0, *(float(v.min()) for v in known)), max(0.0, *(float(v.max()) for v in known)))
        if known
        else (0.0, 0.0)
    )
    parts = []
    for k, (unit, values) in enumerate(zip(stack.units, learned, strict=True)):
        caption = f"unit {k + 1}: {words.thresholds(unit)}"
        chart = "" if values is None else bars(values, low, high, text(caption))
        parts.append(f"<figure>{chart}<figcaption>{text(caption)}</figcaption></figure>")
    return (
        "<h3>Learned thresholds</h3>"
        + paragraphs(
            "A channel's numbers smaller than its threshold become zero. One bar a channel, the largest first; all "
            "charts of this stack have one scale. What a threshold does depends on how large the numbers are that "
            "it meets: the zeros above tell."
        )
        + figures(parts)
    )


def _fields(stack: StackTrace) -> str:
    last = stack.units[-1]
    if last.receptive_field is None:
        return ""
    parts = [
        figure(
            pictures.heat(np.abs(unit.receptive_field).sum(axis=(0, 3))),
            f"unit {k + 1}: 90 % within {unit.reach} pixel{'' if unit.reach == 1 else 's'}",
            "pixels",
        )
        for k, unit in enumerate(stack.units)
        if unit.receptive_field is not None
    ]
    field = last.receptive_field
    centre, reach = field.shape[1] // 2, max(last.reach or 0, 2)
    kept = slice(centre - reach, centre + reach + 1)
    templates = np.moveaxis(field[:, kept, kept], (3, 0), (0, 3))[_by_energy(last)]
    groups = tuple(ChannelGroup(group.name, (k,)) for k, group in enumerate(stack.groups))
    responses = figure(
        pictures.sheet(templates, groups),
        f"What each channel of the last code responds to, {2 * reach + 1} x {2 * reach + 1} pixels a tile",
        "sheet",
    )
    return (
        "<h3>Effective receptive fields</h3>"
        + paragraphs(
            f"How far around a pixel its code looks: {field.shape[1]} x {field.shape[1]} pixels can matter to the last "
            "code. Measured by changing pixels of this image by ±1 % of full scale at up to 64 places: bright is where "
            "a change matters most.",
            "Below, for each channel of the last code, in the order of their energy: orange where a brighter pixel "
            "raises it, blue where it lowers it.",
        )
        + figures(parts, "small")
        + figures([responses], "wide")
    )
