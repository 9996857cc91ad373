"""Formulas of the pages as MathML."""

import pytest
from mathml import mathml  # pyright: ignore[reportMissingImports] - of docs/tools, as conftest.py arranges


def inside(tex):
    return mathml(tex).removeprefix("<math><mrow>").removesuffix("</mrow></math>")


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("x", "<mi>x</mi>"),
        ("10^{-4}", '<msup><mn>10</mn><mrow><mo stretchy="false">−</mo><mn>4</mn></mrow></msup>'),
        ("z_k^I", "<msubsup><mi>z</mi><mi>k</mi><mi>I</mi></msubsup>"),
        ("z^I_k", "<msubsup><mi>z</mi><mi>k</mi><mi>I</mi></msubsup>"),
        (r"\sum_j a", "<munder><mo>∑</mo><mi>j</mi></munder><mi>a</mi>"),
        (r"\frac{1}{\rho}", "<mfrac><mrow><mn>1</mn></mrow><mrow><mi>ρ</mi></mrow></mfrac>"),
        (r"\text{a < b}", "<mtext>a &lt; b</mtext>"),
        (r"\hat{x}", '<mover accent="true"><mrow><mi>x</mi></mrow><mo>^</mo></mover>'),
        (
            r"\left\| x \right\|",
            '<mrow><mo stretchy="true">‖</mo><mrow><mi>x</mi></mrow><mo stretchy="true">‖</mo></mrow>',
        ),
    ],
)
def test_formulas(tex, expected):
    assert inside(tex) == expected


def test_block_is_displayed():
    assert mathml("x", block=True).startswith('<math display="block">')


@pytest.mark.parametrize("tex", [r"\unknown", "{x", r"\left( x", "x^", r"\frac{1}"])
def test_what_is_not_known_is_refused(tex):
    with pytest.raises(ValueError, match=r"formula ends|not one of the commands"):
        mathml(tex)
