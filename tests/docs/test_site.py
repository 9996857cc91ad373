"""The examples of the pages run, and the site is built with what they leave, without a warning."""

import functools
import html.parser
import json

import examples  # pyright: ignore[reportMissingImports] - of docs/tools, as conftest.py arranges
import pictures  # pyright: ignore[reportMissingImports]
import pytest


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run a page's examples, once, and give the folder that they leave."""
    folder = tmp_path_factory.mktemp("examples")

    @functools.cache
    def run_once(page):
        examples.run_page(page, folder / page.stem)
        return folder / page.stem

    return run_once


@pytest.mark.parametrize("page", examples.pages(), ids=lambda page: page.stem)
def test_examples_run(page, run):
    run(page)


def test_a_failing_example_is_told(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```sh\ncscfuse fuse --task ivf nothing.png nothing.png -o fused.png\n```\n")
    with pytest.raises(RuntimeError, match=r"exit code 3.*nothing.png"):
        examples.run_page(page, tmp_path / "run")
    page.write_text("```sh\nls\n```\n")
    with pytest.raises(RuntimeError, match="expected a cscfuse command"):
        examples.run_page(page, tmp_path / "run")


class Requests(html.parser.HTMLParser):
    """What a browser fetches to show a page."""

    def __init__(self):
        super().__init__()
        self.addresses = []

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag != "a" and not (tag == "link" and named.get("rel") == "canonical"):
            self.addresses += [named[name] for name in ("src", "href", "srcset", "data") if named.get(name)]


@pytest.fixture(scope="module")
def site(run, tmp_path_factory):
    pytest.importorskip("material")
    pytest.importorskip("mkdocstrings")
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    folder = tmp_path_factory.mktemp("site")
    for page in examples.pages():
        if page.stem in pictures.linked():
            pictures.make_pictures(page.stem, run(page), folder / "pictures")
    config = load_config(str(examples.ROOT / "mkdocs.yml"), site_dir=str(folder / "site"))
    config.extra["pictures"] = str(folder / "pictures")
    build(config)  # strict: ends at a warning
    return folder / "site"


def test_site_fetches_nothing_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 25
    for page in pages:
        found = Requests()
        found.feed(page.read_text())
        assert found.addresses
        assert [address for address in found.addresses if address.startswith(("http:", "https:", "//"))] == []


def test_site_has_a_card_for_every_preset_and_formulas(site):
    presets = {path.parent.name for path in (examples.ROOT / "saved_models").glob("*/preset.json")}
    assert {page.stem for page in (site / "cards").glob("*.html")} == {"index", *presets}
    mathematics = (site / "mathematics.html").read_text()
    assert mathematics.count("<math") > 40
    assert "$" not in mathematics.split("<article")[1].split("</article>")[0]
    assert "../cards/ivf.html" not in (site / "index.html").read_text()


def test_public_functions_are_in_the_search_index(site):
    import cscfuse_keras

    titles = {entry["title"] for entry in json.loads((site / "search" / "search_index.json").read_text())["docs"]}
    text = " ".join(titles)
    for name in cscfuse_keras.__all__:
        assert name in text
