"""Pieces of HTML; every text is escaped, every picture embedded."""

import base64
from collections.abc import Iterable, Sequence

import numpy as np

from cscfuse_keras.io.png import encode_png
from cscfuse_keras.report.document import text


def figure(picture: np.ndarray, caption: str, kind: str = "smooth") -> str:
    """A uint8 picture with its words; `kind` is a class of the style sheet: `smooth`, `pixels` or `sheet`."""
    content = base64.b64encode(encode_png(picture, None, None)).decode()
    height, width = picture.shape[:2]
    return (
        f'<figure><img class="{kind}" src="data:image/png;base64,{content}" width="{width}" height="{height}" '
        f'alt="{text(caption)}"><figcaption>{text(caption)}</figcaption></figure>'
    )


def figures(parts: Iterable[str], kind: str = "") -> str:
    """Figures side by side, as many as fit; `kind` says how wide they are: `small`, `large` or `wide`."""
    return f'<div class="figures {kind}">{"".join(parts)}</div>'


def paragraphs(*sentences: str) -> str:
    """Sentences, each a paragraph; empty ones are left out."""
    return "".join(f"<p>{text(sentence)}</p>" for sentence in sentences if sentence)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose rows begin with a heading."""
    head = "".join(f'<th scope="col">{text(heading)}</th>' for heading in headings)
    body = "".join(
        f'<tr><th scope="row">{text(first)}</th>{"".join(f"<td>{text(cell)}</td>" for cell in cells)}</tr>'
        for first, *cells in rows
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
