import base64
import hashlib
import re

import pytest

from cscfuse_keras.report.document import document, facts, text


def test_text_shows_as_it_is():
    assert text('<b>"&') == "&lt;b&gt;&quot;&amp;"
    assert "<img" not in document("<img src=x>", "")


def test_facts_are_listed_and_none_make_no_list():
    assert facts({"a<": "b"}) == '<dl class="about"><div><dt>a&lt;</dt><dd>b</dd></div></dl>'
    assert facts({}) == ""


@pytest.mark.parametrize("script", ["", "alert(1)"])
def test_the_policy_allows_this_style_and_this_script_alone(script):
    page = document("title", "<p>words</p>", style="p { color: red }", script=script)
    policy = re.search('Content-Security-Policy" content="([^"]*)"', page)[1]
    allowed = dict(rule.split(" ", 1) for rule in policy.split("; "))
    style = re.search("<style>(.*)</style>", page, re.DOTALL)[1]
    assert style.endswith("p { color: red }")

    def hash_of(part):
        return f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'"

    assert allowed["default-src"] == "'none'"
    assert allowed["style-src"] == hash_of(style)
    assert allowed.get("script-src") == (hash_of(script) if script else None)
    assert ("<script>" in page) == bool(script)


@pytest.mark.parametrize(("where", "source"), [("none", "'none'"), ("embedded", "data:"), ("beside", "'self' file:")])
def test_pictures_may_lie_where_they_are_said_to(where, source):
    assert f"img-src {source};" in document("title", "", pictures=where)
