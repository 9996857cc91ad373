"""What all pages share: one HTML file that needs no network, in which nothing but its own style and script may act."""

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from importlib import resources
from typing import Literal

from cscfuse_keras.errors import printable

Pictures = Literal["none", "embedded", "beside"]
"""Where the pictures of a page lie: it has none, they are data: URIs, or files beside it."""

_SOURCES: Mapping[Pictures, str] = {"none": "'none'", "embedded": "data:", "beside": "'self' file:"}


def text(words: str) -> str:
    """Words from anywhere, so that a page shows them as they are."""
    return escape(printable(words))


def facts(about: Mapping[str, str]) -> str:
    """A list of names and what they are; nothing if it is empty."""
    rows = "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in about.items())
    return f'<dl class="about">{rows}</dl>' if rows else ""


def document(
    title: str, main: str, *, style: str = "", script: str = "", pictures: Pictures = "none", after: str = ""
) -> str:
    """A page as HTML.

    Args:
        title: as text.
        main: HTML of what the page says.
        style: CSS beside that of all pages.
        script: JavaScript; none by default.
        pictures: where they lie; others are not shown, whatever text gets into the page.
        after: HTML behind it, such as a dialog.
    """
    style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8") + style
    policy = [
        "default-src 'none'",
        f"img-src {_SOURCES[pictures]}",
        f"style-src {_hash(style)}",
        *([f"script-src {_hash(script)}"] if script else []),
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{"; ".join(policy)}">
<title>{text(title)}</title>
<style>{style}</style>
</head>
<body>
<main>
{main}
</main>
{after}
{f"<script>{script}</script>" if script else ""}
</body>
</html>
"""


def _hash(part: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'"
