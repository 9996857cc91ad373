"""What MkDocs does beside rendering: cards from `saved_models/`, pictures of examples, formulas without scripts."""

import re
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from mathml import mathml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
CARDS = "Model cards"
_PICTURE = re.compile(r"^!\[(.+)\]\((pictures/[^)]+)\)$", re.MULTILINE)
_FIGURE = r'<figure markdown="span">[![\1](\2)](\2)<figcaption>\1</figcaption></figure>'
_TO_CARD = re.compile(r"\]\((?:\.\./)+(?:saved_models/)?([\w-]+)/README\.md(#[\w-]+)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Give the Markdown formulas, and the navigation every preset's card."""
    config.markdown_extensions.append(_Formulas())  # pyright: ignore[reportArgumentType] - Markdown takes instances too
    config.mdx_configs["pymdownx.superfences"] = {
        "custom_fences": [{"name": "math", "class": "math", "format": _formula_block}]
    }
    for entry in config.nav or []:
        if CARDS in entry:
            entry[CARDS] = ["cards/index.md", *({name: f"cards/{name}.md"} for name in _presets())]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the cards with their curves of losses, and the pictures.

    Raises:
        PluginError: pictures have not been made.
    """
    generate = File.generated
    files.append(generate(config, "cards/index.md", content=_list_of_cards()))
    for name in _presets():
        folder = ROOT / "saved_models" / name
        files.append(generate(config, f"cards/{name}.md", content=_card(folder)))
        files.append(generate(config, f"cards/{name}-loss.svg", abs_src_path=str(folder / "loss.svg")))
    pictures = ROOT / config.extra["pictures"]
    if not pictures.is_dir():
        raise PluginError(f"{pictures} is missing: run python docs/tools/pictures.py {pictures}, or make docs")
    for path in sorted(pictures.rglob("*.webp")):
        uri = f"pictures/{path.relative_to(pictures).as_posix()}"
        files.append(generate(config, uri, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Let links to cards, which are right in the repository, lead to their pages; write captions under pictures."""
    folder = "" if page.file.src_uri.startswith("cards/") else "cards/"
    markdown = _PICTURE.sub(_FIGURE, markdown)
    return _TO_CARD.sub(rf"]({folder}\1.md\2)", markdown)


def _presets() -> list[str]:
    return sorted(path.parent.name for path in (ROOT / "saved_models").glob("*/preset.json"))


def _card(folder: Path) -> str:
    card = (folder / "README.md").read_text(encoding="utf-8")
    return f"{card}\n## Losses\n\n![Losses of the training]({folder.name}-loss.svg)\n"


def _list_of_cards() -> str:
    lines = [
        "# Model cards",
        "",
        "Every shipped preset: what it is for, its data, training, scores and limits.",
        "",
    ]
    for name in _presets():
        card = (ROOT / "saved_models" / name / "README.md").read_text(encoding="utf-8")
        about = " ".join(card.split("\n\n")[1].split())
        first_sentence = about.split(". ")[0].rstrip(".")
        lines.append(f"- [`{name}`]({name}.md): {first_sentence}.")
    return "\n".join(lines) + "\n"


def _formula_block(source: str, *_: Any, **__: Any) -> str:
    formulas = [mathml(line, block=True) for line in source.splitlines() if line.strip()]
    return f'<div class="math">{"".join(formulas)}</div>'


class _Formulas(Extension):
    """`$...$` in the text."""

    def extendMarkdown(self, md: Markdown) -> None:
        # After code (190), which may hold dollar signs; before escapes (180), since TeX is full of backslashes.
        md.inlinePatterns.register(_InlineFormula(r"\$([^$\s](?:[^$]*[^$\s])?)\$", md), "formula", 185)


class _InlineFormula(InlineProcessor):
    """Puts MathML in the place of a formula."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str, int, int]:
        return self.md.htmlStash.store(mathml(m[1])), m.start(0), m.end(0)
