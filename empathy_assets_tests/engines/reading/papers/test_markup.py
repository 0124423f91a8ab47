"""Safe XML and fragments."""

import time

import pytest

from empathy_assets.engines.reading.papers.markup import HostileMarkupError, bare, decoded, flat, parsed, spans


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
    start = time.process_time()
    assert parsed(bare("<a>" * 100_000)) is None
    assert time.process_time() - start < 2


def test_spans_tell_whole_from_cut():
    assert list(spans(b"<r><a>1</a><a>2<a>3</a>", ["a"])) == [(b"<a>1</a>", True), (b"<a>2", False), (b"<a>3</a>", True)]
