import base64
import dataclasses
import hashlib
import re
import statistics
from html.parser import HTMLParser

import pytest

from cscfuse_keras.report.page import evaluation_page
from cscfuse_keras.report.scores import Judged, Measurement, PictureFile

VOID = {"meta", "img", "input"}


class Reader(HTMLParser):
    """Elements with their attributes, and the text by element; fails on tags that do not nest."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.open = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, tag):
        return [text for name, text in self.texts if name == tag]


@pytest.fixture
def pictured(items):
    pictures = {
        title: PictureFile(f"pictures/item-0001-{title}.png", width=30, height=20) for title in ("infrared", "fused")
    }
    return [Judged(items[0].name, items[0].scores, pictures), *items[1:]]


def test_tables_show_the_scores(items, metrics):
    page = Reader(evaluation_page(items, metrics, {"preset": "ivf-paper"}, complete=True))
    assert "Evaluation of 3 items" in page.text("h1")
    assert page.text("dd") == ["ivf-paper"]
    assert page.text("td").count("–") == 1
    assert "1 left out" in page.text("small")
    # The better mean of each metric, then the better value of each for every item.
    assert page.text("b") == ["4.000", "0.250", "0.250", "3.000", "4.000", "0.125", "5.000", "0.125"]
    exact = [cell["data-value"] for cell in page.all("td") if "data-value" in cell]
    assert exact[:4] == ["2.0", "0.5", "4.0", "0.25"]
    assert exact.count("") == 1


def test_headings_explain_and_sort_best_first(items, metrics):
    page = Reader(evaluation_page(items, metrics, {}, complete=True))
    headings = [heading for heading in page.all("th") if "data-first" in heading]
    assert [heading["data-first"] for heading in headings] == ["descending", "ascending"] * 2
    assert headings[1]["title"] == "DOWN written out, lower is better: a < b & c (hand)"


def test_of_three_methods_the_second_best_is_underlined(metrics):
    values = {"a": (1.0, 1.0), "b": (2.0, float("nan")), "c": (3.0, 2.0)}
    scores = {method: {"UP": up, "DOWN": down} for method, (up, down) in values.items()}
    page = Reader(evaluation_page([Judged("one", scores)], metrics, {}, complete=True))
    assert page.text("b") == ["1.000", "3.000"] * 2
    # Two methods have a value of DOWN: the worse of two is no second best.
    assert page.text("u") == ["2.000"] * 2


def test_a_measurement_has_its_own_summary(metrics):
    column = Measurement("time [s]", "median time", "lower", (0.0, 9.0), "seconds", "here", "cost", statistics.median)
    items = [Judged(str(value), {"a": {"UP": value, "time [s]": value}}) for value in (1.0, 2.0, 9.0)]
    page = Reader(evaluation_page(items, (metrics[0], column), {}, complete=True))
    assert page.text("td")[:8].count("4.000") == page.text("td")[:8].count("2.000") == 1
    assert any("median time" in text for text in page.text("p"))


def test_pictures_in_the_page_make_it_one_file(items, metrics):
    picture = PictureFile("data:image/webp;base64,UklGRg==", width=30, height=20)
    text = evaluation_page([Judged("first", items[0].scores, {"fused": picture})], metrics, {}, complete=True)
    page = Reader(text)
    policy = next(meta["content"] for meta in page.all("meta") if "http-equiv" in meta)
    assert "img-src data:;" in policy
    assert "'self'" not in policy
    assert {link["href"] for link in page.all("a")} == {"#item-1"}
    assert text.count("data:image/webp") == 1


def test_methods_are_described(items, metrics):
    page = Reader(evaluation_page(items, metrics, {}, complete=True, title="Benchmark", methods={"ours": "<new>"}))
    assert "Benchmark of 3 items" in page.text("h1")
    assert "<new>" in page.text("td")


def test_ranges_are_written_as_people_write_them(items, metrics):
    bounds = float("-inf"), 2**0.5
    rows = dataclasses.replace(metrics[0], value_range=bounds), metrics[1]
    page = Reader(evaluation_page(items, rows, {}, complete=True))
    assert [text for text in page.text("td") if " to " in text] == ["−∞ to 1.4142", "0 to ∞"]


def test_pictures_load_late_and_need_no_network(pictured, metrics):
    page = Reader(evaluation_page(pictured, metrics, {}, complete=True))
    images = [image for image in page.all("img") if "src" in image]
    assert [image["alt"] for image in images] == ["infrared of first", "fused of first"]
    assert all(image["loading"] == "lazy" and (image["width"], image["height"]) == ("30", "20") for image in images)
    links = {attributes[key] for _, attributes in page.elements for key in ("src", "href") if key in attributes}
    assert links == {"pictures/item-0001-infrared.png", "pictures/item-0001-fused.png", "#item-1"}
    assert {section["id"] for section in page.all("section")} == {"item-1"}


def test_without_pictures_there_is_no_viewer(items, pictured, metrics):
    assert Reader(evaluation_page(items, metrics, {}, complete=True)).all("dialog") == []
    assert len(Reader(evaluation_page(pictured, metrics, {}, complete=True)).all("dialog")) == 1


def test_every_text_is_escaped(metrics):
    hostile = '<script>alert("1")</script>\'&amp;'
    values = {"UP": 1.0, "DOWN": 2.0}
    item = Judged(
        hostile,
        {hostile: values, hostile + "2": values},
        {hostile: PictureFile("pictures/a.png", width=1, height=1)},
    )
    page = Reader(evaluation_page([item], metrics, {hostile: hostile}, complete=True))
    assert len(page.all("script")) == 1
    assert hostile in page.text("h3")
    assert hostile in page.text("dt")
    assert hostile in page.text("dd")
    assert next(image["alt"] for image in page.all("img") if "src" in image) == f"{hostile} of {hostile}"


def test_policy_allows_only_the_page_s_own_script_and_style(items, metrics):
    text = evaluation_page(items, metrics, {}, complete=True)
    policy = next(meta["content"] for meta in Reader(text).all("meta") if "http-equiv" in meta)
    for tag in ("script", "style"):
        content = re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.search(r'\sstyle="|\son\w+="', text) is None  # The policy would block these.


def test_stopping_early_is_said(items, metrics):
    assert "stopped early, after 3 items" in evaluation_page(items, metrics, {}, complete=False)
    assert "stopped early" not in evaluation_page(items, metrics, {}, complete=True)
