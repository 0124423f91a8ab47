"""Fields of tagged text."""

import re

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.papers.tagged import Field, fields_of

TAG = re.compile(r"([A-Z]{2}) - ?(.*)$")


def test_wrapped_lines_join_and_blank_lines_are_known():
    text = "preface\n\nTI - A title\n  that wraps\n\nAB -\n  text\nnot indented\n"
    assert list(fields_of(text, TAG, lambda line: line.startswith(" "))) == [
        Field(3, True, "TI", "A title that wraps"),
        Field(6, True, "AB", "text"),
    ]


@given(st.text(alphabet="TIAB -\n\r\u2028x", max_size=80))
def test_any_text_is_answered(text):
    assert all(field.tag and "\n" not in field.value for field in fields_of(text, TAG, lambda _: True))
