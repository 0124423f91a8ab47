"""Tests of decoding and tidying."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading import text as text_module
from empathy_assets.engines.reading.text import decode, encoding_of, one_line, strip_html, tidy


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("héllo\r\nyou".encode(), "héllo\nyou"),
        (b"\xef\xbb\xbfhello", "hello"),
        (
            "“quoted” café".encode("cp1252") + b" and a longer plain tail of words that are all ascii letters here",
            "“quoted” café and a longer plain tail of words that are all ascii letters here",
        ),
        ("hello there".encode("utf-16"), "hello there"),
        ("hello there".encode("utf-16-le"), "hello there"),
        (b"", ""),
    ],
)
def test_decode(data, text):
    assert decode(data) == text


def test_cyrillic_code_page_is_guessed():
    data = "Мне очень грустно, я не знаю, что делать дальше с этой жизнью".encode("cp1251") * 4
    assert "грустно" in decode(data)


@given(st.binary(max_size=300))
def test_decode_never_raises(data):
    assert isinstance(decode(data), str)
    assert encoding_of(data)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("plain words", "plain words"),
        ("itâ€™s fine", "it’s fine"),
        ("<p>One</p><p>two &amp; three</p>", "One\ntwo & three"),
        ("a\u00a0b \u200bc", "a b c"),
        ("oﬃce ﬁre", "office fire"),
        ("x " + "QUJD" * 100 + " y", "x y"),
        ("pic data:image/png;base64,AAAA end", "pic end"),
        ("one\n\n\n\ntwo  three", "one\n\ntwo three"),
        ("3 < 4 and 5 > 2", "3 < 4 and 5 > 2"),
    ],
)
def test_tidy(raw, clean):
    assert tidy(raw) == clean


@given(st.text(max_size=300))
def test_tidy_never_raises_and_leaves_no_control_characters(text):
    assert not any(ord(c) < 32 and c not in "\n\t" for c in tidy(text))


def test_scripts_vanish_and_one_line_is_one_line():
    assert "alert" not in strip_html("<div>a<script>alert(1)</script></div>")
    assert one_line("a\n b") == "a b"


def test_old_macintosh_text():
    text = "I don\u2019t know, she said, but it isn\u2019t so. \u201cWell\u201d"
    assert decode(text.encode("mac_roman")) == text
    assert decode(text.encode("cp1252")) == text


ODD = st.sampled_from(
    [
        *"ab .,?&<;\n\t\r\x07“”‘’–—…éóñâÂÃ€™¿¡œ°ﬁ",
        "\u00a0",
        "\u00ad",
        "\u0301",
        "\u200b",
        "\ud800",
        "x" * 120,
        ";base64,",
        "data:a/b",
        "<br>",
    ]
)


@given(st.lists(ODD, max_size=14).map("".join))
def test_the_cheap_looks_before_costly_repairs_change_nothing(text):
    class Always:
        """A pattern that finds itself everywhere."""

        def search(self, _):
            return True

    with pytest.MonkeyPatch.context() as patch:
        for name in ("_UNTIDY", "_DOUBTFUL", "_NEIGHBOURS"):
            patch.setattr(text_module, name, Always())
        patch.setattr(text_module, "_SPACES", re.compile(r"[ \t\u00a0\u2000-\u200a\u3000]+"))
        thorough = tidy(text)
    assert tidy(text) == thorough
