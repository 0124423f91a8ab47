"""Formulas on one line."""

import pytest
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - the library is untyped

from empathy_assets.engines.reading.papers.mathml import SUB, SUPER, formula, raised


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<msup><mi>r</mi><mn>2</mn></msup>", "r^2"),
        ("<msubsup><mi>x</mi><mi>p</mi><mn>2</mn></msubsup>", "x_p^2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mi>b</mi></mfrac>", "(a+1)/b"),
        ("<msqrt><mi>n</mi></msqrt>", "√(n)"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "√(x; 3)"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a,b)"),
        ('<mfenced open="|" close="|" separators=""><mi>a</mi></mfenced>', "|a|"),
        ("<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>", "∑_(i=1)^n"),
        ("<mmultiscripts><mi>He</mi><mprescripts/><none/><mn>3</mn></mmultiscripts><mtext> </mtext><mi>gas</mi>", "³He gas"),
        ("<mmultiscripts><mi>T</mi><mn>4</mn><none/></mmultiscripts>", "T₄"),
        ("<mrow><mi>p</mi><mo>&lt;</mo><mn>0.05</mn></mrow><!-- note --><annotation>latex</annotation>", "p<0.05"),
        ("<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable>", "1 2"),
        ("", ""),
    ],
)
def test_each_construct_reads_as_written(inside, expected):
    assert formula(etree.fromstring(f'<math xmlns="http://www.w3.org/1998/Math/MathML">{inside}</math>')) == expected


def test_only_what_has_a_raised_form_is_raised():
    assert raised("-15", SUPER) == "⁻¹⁵"
    assert raised("2+", SUB) == "₂₊"
    assert raised("trend", SUB) == "trend"
    assert raised(" ", SUB) == " "
