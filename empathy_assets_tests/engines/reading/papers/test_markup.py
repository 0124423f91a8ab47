"""Safe XML and fragments."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.papers.markup import HostileMarkupError, bare, decoded, flat, fragment_sections, parsed, spans


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_encodings_are_found(encoding):
    declared = "" if encoding in ("utf-8-sig", "utf-16", "cp1252") else f'<?xml version="1.0" encoding="{encoding}"?>'
    text = f"{declared}<a>café</a>"
    assert decoded(text.encode(encoding)).lstrip("\ufeff") == text


def test_a_wrong_declaration_does_not_stop_reading():
    assert "é" in decoded('<?xml version="1.0" encoding="no-such"?><a>é</a>'.encode())


def test_entity_declarations_are_refused_before_parsing():
    bomb = '<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><b x="&b;">&b;</b>'
    with pytest.raises(HostileMarkupError):
        bare(bomb)


def test_external_dtd_and_files_are_never_opened(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    root = parsed(bare(f'<!DOCTYPE a SYSTEM "file://{secret}"><a>&nbsp;x &unknown; y</a>'))
    assert "SECRET" not in flat(root)


def test_deep_nesting_ends_quickly_without_an_exception():
    start = time.perf_counter()
    assert parsed(bare("<a>" * 100_000)) is None
    assert time.perf_counter() - start < 2


def test_spans_tell_whole_from_cut():
    assert list(spans("<r><a>1</a><a>2<a>3</a>", ["a"])) == [("<a>1</a>", True), ("<a>2", False), ("<a>3</a>", True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Just text &amp; more", [("", "Just text & more")]),
        ("<h4>Aim</h4>To listen.<h4>Results.</h4>It <i>helped</i>.", [("Aim", "To listen."), ("Results", "It helped.")]),
        ("<jats:title>Abstract</jats:title><jats:p>One.</jats:p><jats:p>Two.</jats:p>", [("", "One."), ("", "Two.")]),
        ("<p>Open <b>and</b> closed<br/>here", [("", "Open and closed here")]),
        ("P < 0.05 was found", [("", "P < 0.05 was found")]),
        ("", []),
        ('<!ENTITY a "b"><p>x</p>', []),
    ],
)
def test_fragments(text, expected):
    assert [(s.label, s.text) for s in fragment_sections(text)] == expected


@given(st.text(alphabet="<>/pabh4&;: xé", max_size=120))
def test_any_fragment_is_answered(text):
    assert all(s.text for s in fragment_sections(text))
