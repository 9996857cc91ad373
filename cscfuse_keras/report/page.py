"""The page of an evaluation: one HTML file that shows scores and pictures, and needs no network."""

import base64
import hashlib
import math
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources

from cscfuse_keras.errors import printable
from cscfuse_keras.metrics.registry import Metric
from cscfuse_keras.report.display import ARROWS, heading, shown_number
from cscfuse_keras.report.scores import Judged, best_methods, mean_scores, means


def evaluation_page(
    items: Sequence[Judged], metrics: Sequence[Metric], about: Mapping[str, str], complete: bool
) -> str:
    """The page as HTML: means, definitions, a table to sort, the pictures, and a viewer to compare them.

    Args:
        items: what was judged, at least one; the paths of pictures are relative to the page.
        metrics: the columns.
        about: how the scores came about.
        complete: False if the evaluation stopped before its last item.
    """
    style, script = _part("page.css"), _part("page.js")
    count = f"{len(items)} item{'s' if len(items) > 1 else ''}"
    stopped = "" if complete else f'<p class="warning">This evaluation stopped early, after {count}.</p>'
    has_pictures = any(item.pictures for item in items)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">
<title>Evaluation of {count}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>Evaluation of {count}</h1>
{stopped}
{_about(about)}
<h2>Means</h2>
{_mean_table(items, metrics)}
{_definitions(metrics)}
<h2>Items</h2>
{_item_table(items, metrics)}
{_strips(items, metrics) if has_pictures else ""}
</main>
{_part("viewer.html") if has_pictures else ""}
<script>{script}</script>
</body>
</html>
"""


def _part(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Only this style, this script and pictures beside the page, whatever text gets into it."""
    hashes = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (style, script)]
    return (
        f"default-src 'none'; img-src 'self' file:; style-src 'sha256-{hashes[0]}'; "
        f"script-src 'sha256-{hashes[1]}'; base-uri 'none'; form-action 'none'"
    )


def _text(text: str) -> str:
    return escape(printable(text))


def _about(about: Mapping[str, str]) -> str:
    rows = "".join(f"<div><dt>{_text(name)}</dt><dd>{_text(value)}</dd></div>" for name, value in about.items())
    return f'<dl class="about">{rows}</dl>' if rows else ""


def _definitions(metrics: Sequence[Metric]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{_text(heading(metric))}</th><td>{_text(metric.title)}</td>'
        f"<td>{_text(metric.definition)}</td><td>{_range(metric)}</td><td>{_text(metric.definition_set)}</td>"
        f"<td>{_text(metric.source)}</td></tr>\n"
        for metric in metrics
    )
    headings = "".join(
        f'<th scope="col">{name}</th>' for name in ("metric", "title", "definition", "range", "set", "source")
    )
    return f"""<details><summary>What the metrics mean</summary>
<div class="scroll"><table class="words"><thead><tr>{headings}</tr></thead>
<tbody>
{rows}</tbody></table></div></details>"""


def _range(metric: Metric) -> str:
    return " to ".join(shown_number(bound) if math.isinf(bound) else f"{bound:.5g}" for bound in metric.value_range)


def _mean_table(items: Sequence[Judged], metrics: Sequence[Metric]) -> str:
    by_method = means(items, metrics)
    best = best_methods(mean_scores(items, metrics), metrics)
    headings = "".join(f'<th scope="col" title="{_hover(metric)}">{_text(heading(metric))}</th>' for metric in metrics)
    rows = []
    for method, row in by_method.items():
        cells = []
        for metric in metrics:
            mean = row[metric.name]
            note = f"<small>{mean.left_out} left out</small>" if mean.left_out else ""
            cells.append(_cell(mean.value, method in best[metric.name], note))
        rows.append(f'<tr><th scope="row">{_text(method)}</th>{"".join(cells)}</tr>\n')
    legend = " ".join(
        f"{ARROWS[way]} {way} is better." for way in ARROWS if any(metric.direction == way for metric in metrics)
    )
    sets = ", ".join(dict.fromkeys(metric.definition_set for metric in metrics))
    return f"""<div class="scroll"><table><thead><tr><th scope="col">method</th>{headings}</tr></thead>
<tbody>
{"".join(rows)}</tbody></table></div>
<p class="note">{legend} Definitions: {_text(sets)}. Items without a value (–) are left out of a mean.</p>"""


def _item_table(items: Sequence[Judged], metrics: Sequence[Metric]) -> str:
    several = len(items[0].scores) > 1
    method_heading = '<th scope="col" aria-sort="none" class="method"><button>method</button></th>' if several else ""
    headings = "".join(
        f'<th scope="col" aria-sort="none" data-first="{_best_first(metric)}" title="{_hover(metric)}">'
        f"<button>{_text(heading(metric))}</button></th>"
        for metric in metrics
    )
    rows = []
    for number, item in enumerate(items, start=1):
        best = best_methods(item.scores, metrics)
        name = _text(item.name)
        link = f'<a href="#item-{number}">{name}</a>' if item.pictures else name
        for method, values in item.scores.items():
            label = f'<td class="method">{_text(method)}</td>' if several else ""
            cells = "".join(_cell(values[metric.name], method in best[metric.name]) for metric in metrics)
            rows.append(f'<tr data-item="item-{number}"><th scope="row">{link}</th>{label}{cells}</tr>\n')
    return f"""<p class="note">A heading sorts the table and the pictures.</p>
<div class="scroll tall"><table id="items"><thead><tr>
<th scope="col" aria-sort="none"><button>item</button></th>{method_heading}{headings}</tr></thead>
<tbody>
{"".join(rows)}</tbody></table></div>"""


def _strips(items: Sequence[Judged], metrics: Sequence[Metric]) -> str:
    strips = "".join(_strip(number, item, metrics) for number, item in enumerate(items, start=1) if item.pictures)
    return f'<h2>Pictures</h2>\n<div id="strips">\n{strips}</div>'


def _strip(number: int, item: Judged, metrics: Sequence[Metric]) -> str:
    name = _text(item.name)
    figures = "".join(
        f'<a href="{escape(picture.path)}"><img src="{escape(picture.path)}" alt="{_text(title)} of {name}" '
        f'width="{picture.width}" height="{picture.height}" loading="lazy" decoding="async">'
        f"<span>{_text(title)}</span></a>\n"
        for title, picture in item.pictures.items()
    )
    several = len(item.scores) > 1
    scores = "".join(
        f"<p>{f'<b>{_text(method)}</b> ' if several else ''}"
        + " ".join(f"<span>{_text(m.name)} {shown_number(values[m.name])}</span>" for m in metrics)
        + "</p>\n"
        for method, values in item.scores.items()
    )
    return f"""<section id="item-{number}"><h3>{name}</h3>
<div class="strip">
{figures}</div>
{scores}</section>
"""


def _cell(value: float, best: bool, note: str = "") -> str:
    exact = "" if value != value else repr(value)
    marked = f"<b>{shown_number(value)}</b>" if best else shown_number(value)
    return f'<td data-value="{exact}">{marked}{note}</td>'


def _best_first(metric: Metric) -> str:
    return "descending" if metric.direction == "higher" else "ascending"


def _hover(metric: Metric) -> str:
    return _text(f"{metric.title}, {metric.direction} is better: {metric.definition} ({metric.source})")
