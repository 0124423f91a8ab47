"""Fragments of HTML and JATS inside fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.papers.fragments import fragment_sections, one_line


def test_a_title_is_one_line():
    assert one_line("Listening to <i>small</i>\n voices &amp; silence") == "Listening to small voices & silence"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Just text &amp; more", [("", "Just text & more")]),
        ("<h4>Aim</h4>To listen.<h4>Results.</h4>It <i>helped</i>.", [("Aim", "To listen."), ("Results", "It helped.")]),
        ("<jats:title>Abstract</jats:title><jats:p>One.</jats:p><jats:p>Two.</jats:p>", [("", "One."), ("", "Two.")]),
        ("<p>Open <b>and</b> closed<br/>here", [("", "Open and closed here")]),
        ("P < 0.05 was found", [("", "P < 0.05 was found")]),
        ("where n<N and <b>x</b><y hold", [("", "where n<N and x<y hold")]),
        ("low (&amp;lt;75 K) &amp;amp; high", [("", "low (<75 K) & high")]),
        ("&lt;p&gt;Told &lt;i&gt;twice&lt;/i&gt;.&lt;/p&gt;", [("", "Told twice.")]),
        ("&lt;jats:title&gt;Aim&lt;/jats:title&gt;&lt;jats:p&gt;Calm.&lt;/jats:p&gt;", [("Aim", "Calm.")]),
        ("a &lt; b", [("", "a < b")]),
        ("", []),
        ('<!ENTITY a "b"><p>x</p>', [("", "x")]),
        ("<![CDATA[<p>Kept & whole</p>]]>", [("", "Kept & whole")]),
        ("<!ENTITY a", [("", "<!ENTITY a")]),
    ],
)
def test_fragments(text, expected):
    assert [(s.label, s.text) for s in fragment_sections(text)] == expected


@given(st.text(alphabet="<>/pabh4&;: xé", max_size=120))
def test_any_fragment_is_answered(text):
    assert all(s.text for s in fragment_sections(text))
