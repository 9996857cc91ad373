"""The page of an evaluation: one HTML file that shows scores and pictures, and needs no network."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources

from cscfuse_keras.report.display import ARROWS, heading, shown_number
from cscfuse_keras.report.document import document, facts, text
from cscfuse_keras.report.scores import (
    Column,
    Judged,
    Measurement,
    PictureFile,
    Scores,
    best_methods,
    mean_scores,
    means,
    second_methods,
)

MOST_LISTED = 4
"""Methods whose scores are listed below the pictures at once; those of more are folded."""


def evaluation_page(
    items: Sequence[Judged],
    metrics: Sequence[Column],
    about: Mapping[str, str],
    complete: bool,
    *,
    title: str = "Evaluation",
    methods: Mapping[str, str] | None = None,
    pictures_note: str = "",
) -> str:
    """The page as HTML: means, definitions, a table to sort, the pictures, and a viewer to compare them.

    Args:
        items: what was judged, at least one; the paths of pictures are relative to the page, or data: URIs, which make
            it one file.
        metrics: the columns.
        about: how the scores came about.
        complete: False if the evaluation stopped before its last item.
        title: what it is, before the number of items.
        methods: what the methods are, by name.
        pictures_note: what is to know of the pictures.
    """
    count = f"{len(items)} item{'s' if len(items) > 1 else ''}"
    stopped = "" if complete else f'<p class="warning">This evaluation stopped early, after {count}.</p>'
    has_pictures = any(item.pictures for item in items)
    heading_text = f"{title} of {count}"
    main = f"""<h1>{text(heading_text)}</h1>
{stopped}
{facts(about)}
<h2>Summary</h2>
{_mean_table(items, metrics)}
{_definitions(metrics)}
{_descriptions(methods or {})}
<h2>Items</h2>
{_item_table(items, metrics)}
{_strips(items, metrics, pictures_note) if has_pictures else ""}"""
    return document(
        heading_text,
        main,
        script=_part("page.js"),
        pictures="embedded" if _is_one_file(items) else "beside",
        after=_part("viewer.html") if has_pictures else "",
    )


def _part(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _is_one_file(items: Sequence[Judged]) -> bool:
    return any(_is_embedded(picture) for item in items for picture in item.pictures.values())


def _is_embedded(picture: PictureFile) -> bool:
    return picture.path.startswith("data:")


def _definitions(metrics: Sequence[Column]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{text(heading(metric))}</th><td>{text(metric.title)}</td>'
        f"<td>{text(metric.definition)}</td><td>{_range(metric)}</td><td>{text(metric.definition_set)}</td>"
        f"<td>{text(metric.source)}</td></tr>\n"
        for metric in metrics
    )
    headings = "".join(
        f'<th scope="col">{name}</th>' for name in ("metric", "title", "definition", "range", "set", "source")
    )
    return f"""<details><summary>What the metrics mean</summary>
<div class="scroll"><table class="words"><thead><tr>{headings}</tr></thead>
<tbody>
{rows}</tbody></table></div></details>"""


def _descriptions(methods: Mapping[str, str]) -> str:
    if not methods:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{text(name)}</th><td>{text(words)}</td></tr>\n' for name, words in methods.items()
    )
    return f"""<details><summary>What the methods are</summary>
<div class="scroll"><table class="words"><tbody>
{rows}</tbody></table></div></details>"""


def _range(metric: Column) -> str:
    return " to ".join(shown_number(bound) if math.isinf(bound) else f"{bound:.5g}" for bound in metric.value_range)


def _mean_table(items: Sequence[Judged], metrics: Sequence[Column]) -> str:
    by_method = means(items, metrics)
    scores = mean_scores(items, metrics)
    best, second = best_methods(scores, metrics), second_methods(scores, metrics)
    rows = []
    for method, row in by_method.items():
        cells = []
        for metric in metrics:
            mean = row[metric.name]
            note = f"<small>{mean.left_out} left out</small>" if mean.left_out else ""
            cells.append(_cell(mean.value, method in best[metric.name], method in second[metric.name], note))
        rows.append(f'<tr><th scope="row">{text(method)}</th>{"".join(cells)}</tr>\n')
    legend = " ".join(
        f"{ARROWS[way]} {way} is better." for way in ARROWS if any(metric.direction == way for metric in metrics)
    )
    sets = ", ".join(dict.fromkeys(metric.definition_set for metric in metrics))
    return f"""<div class="scroll"><table id="summary"><thead><tr>
<th scope="col" aria-sort="none"><button>method</button></th>{_headings(metrics)}</tr></thead>
<tbody>
{"".join(rows)}</tbody></table></div>
<p class="note">{legend}{_marks(scores)} Means over the items{_summaries(metrics)}. Definitions: {text(sets)}.
Items without a value (–) are left out.</p>"""


def _item_table(items: Sequence[Judged], metrics: Sequence[Column]) -> str:
    several = len(items[0].scores) > 1
    method_heading = '<th scope="col" aria-sort="none" class="method"><button>method</button></th>' if several else ""
    rows = []
    for number, item in enumerate(items, start=1):
        best, second = best_methods(item.scores, metrics), second_methods(item.scores, metrics)
        name = text(item.name)
        link = f'<a href="#item-{number}">{name}</a>' if item.pictures else name
        for method, values in item.scores.items():
            label = f'<td class="method">{text(method)}</td>' if several else ""
            cells = "".join(
                _cell(values[metric.name], method in best[metric.name], method in second[metric.name])
                for metric in metrics
            )
            rows.append(f'<tr data-item="item-{number}"><th scope="row">{link}</th>{label}{cells}</tr>\n')
    return f"""<p class="note">A heading sorts the table and the pictures.</p>
<div class="scroll tall"><table id="items"><thead><tr>
<th scope="col" aria-sort="none"><button>item</button></th>{method_heading}{_headings(metrics)}</tr></thead>
<tbody>
{"".join(rows)}</tbody></table></div>"""


def _target(picture: PictureFile, number: int) -> str:
    """Where a picture's link leads where no script opens the viewer; browsers open no data: URIs."""
    return f"#item-{number}" if _is_embedded(picture) else escape(picture.path)


def _headings(metrics: Sequence[Column]) -> str:
    return "".join(
        f'<th scope="col" aria-sort="none" data-first="{_best_first(metric)}" title="{_hover(metric)}">'
        f"<button>{text(heading(metric))}</button></th>"
        for metric in metrics
    )


def _marks(scores: Scores) -> str:
    if len(scores) < 2:
        return ""
    return " The best value is bold" + (", the second underlined." if len(scores) > 2 else ".")


def _summaries(metrics: Sequence[Column]) -> str:
    """The columns that are summarised otherwise."""
    return "".join(f"; {text(column.title)}" for column in metrics if isinstance(column, Measurement))


def _strips(items: Sequence[Judged], metrics: Sequence[Column], note: str) -> str:
    strips = "".join(_strip(number, item, metrics) for number, item in enumerate(items, start=1) if item.pictures)
    told = f'<p class="note">{text(note)}</p>\n' if note else ""
    return f'<h2>Pictures</h2>\n{told}<div id="strips">\n{strips}</div>'


def _strip(number: int, item: Judged, metrics: Sequence[Column]) -> str:
    name = text(item.name)
    figures = "".join(
        f'<a href="{_target(picture, number)}"><img src="{escape(picture.path)}" alt="{text(title)} of {name}" '
        f'width="{picture.width}" height="{picture.height}" loading="lazy" decoding="async">'
        f"<span>{text(title)}</span></a>\n"
        for title, picture in item.pictures.items()
    )
    several = len(item.scores) > 1
    scores = "".join(
        f"<p>{f'<b>{text(method)}</b> ' if several else ''}"
        + " ".join(f"<span>{text(m.name)} {shown_number(values[m.name])}</span>" for m in metrics)
        + "</p>\n"
        for method, values in item.scores.items()
    )
    if len(item.scores) > MOST_LISTED:
        scores = f"<details><summary>Scores</summary>{scores}</details>\n"
    return f"""<section id="item-{number}"><h3>{name}</h3>
<div class="strip">
{figures}</div>
{scores}</section>
"""


def _cell(value: float, best: bool, second: bool, note: str = "") -> str:
    exact = "" if value != value else repr(value)
    shown = shown_number(value)
    marked = f"<b>{shown}</b>" if best else f"<u>{shown}</u>" if second else shown
    return f'<td data-value="{exact}">{marked}{note}</td>'


def _best_first(metric: Column) -> str:
    return "descending" if metric.direction == "higher" else "ascending"


def _hover(metric: Column) -> str:
    return text(f"{metric.title}, {metric.direction} is better: {metric.definition} ({metric.source})")
