"""Tests of books as a whole: one work in three formats, language by chapter, recall."""

import re
import textwrap
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empathy_assets.engines.reading.identity import overlap
from empathy_assets.engines.reading.read import stream_file
from empathy_assets_tests.engines.reading.samples import RIGHTS, epub, pdf, prose, read, reasons, xhtml

_CHAPTERS = {"DAWN": prose(14), "NOON": prose(14, start=200), "DUSK": prose(14, start=400)}


def _text():
    parts = ["SMALL LIGHTS", "by Ada Brook", "CONTENTS", *_CHAPTERS]
    for title, paras in _CHAPTERS.items():
        parts += ["", "", title, *("\n".join(textwrap.wrap(p, 70)) for p in paras)]
    return "\n\n".join(parts)


def _epub():
    return epub({f"c{i}.xhtml": xhtml(f"<h2>{t}</h2>" + "".join(f"<p>{p}</p>" for p in ps)) for i, (t, ps) in enumerate(_CHAPTERS.items())})


def _pdf():
    sheets = []
    for title, paras in _CHAPTERS.items():
        lines = [title, *(line for p in paras for line in textwrap.wrap(p, 85))]
        sheets += [["SMALL LIGHTS", *lines[i : i + 40], str(len(sheets) + 1)] for i in range(0, len(lines), 40)]
    starts = {i: s[1] for i, s in enumerate(sheets) if s[1] in _CHAPTERS}
    return pdf(sheets, outline=starts)


_SMALL_EPUB = epub({"a.xhtml": xhtml(f"<h2>Dawn</h2><p>{prose(1)[0]}</p>")})
_SMALL_PDF = pdf([["Dawn", *textwrap.wrap(prose(1)[0], 80)]], outline={0: "Dawn"})


def _grams(result):
    words = re.findall(r"\w+", " ".join(p.text for p in result.passages).lower())
    return Counter(tuple(words[i : i + 5]) for i in range(len(words) - 4))


def test_one_book_in_three_formats(tmp_path):
    found = {n: read(tmp_path, n, d, "books") for n, d in {"a.txt": _text(), "a.epub": _epub(), "a.pdf": _pdf()}.items()}
    truth = _grams(found["a.txt"])
    for result in found.values():
        assert not result.rejects
        assert list(dict.fromkeys(p.chapter for p in result.passages)) == list(_CHAPTERS)
        grams = _grams(result)
        both = sum((truth & grams).values())
        assert both / sum(truth.values()) >= 0.97
        assert both / sum(grams.values()) >= 0.95
    works = {}
    for name in found:
        rows = stream_file(tmp_path / name, relative=name, source="books", rights=RIGHTS)
        works[name] = next(row for table, row in rows if table == "works")
    assert overlap(works["a.txt"]["sketch"], works["a.epub"]["sketch"]) > 0.9
    assert overlap(works["a.txt"]["sketch"], works["a.pdf"]["sketch"]) > 0.5


def test_the_authors_name_and_notes_head_no_chapter(tmp_path):
    front = ["Title: Small Lights", "Author: Ada Brook", "*** START OF THE PROJECT GUTENBERG EBOOK SMALL LIGHTS ***"]
    body = ["SMALL LIGHTS", "BY", "ADA BROOK", *prose(3), "ADA BROOK", "CHAPTER I", f'_"{prose(1)[0]}"_', "Footnote 2: See the letter."]
    result = read(tmp_path, "a.txt", "\n\n".join([*front, *body]), "books")
    assert {p.chapter for p in result.passages} <= {"", "SMALL LIGHTS", "CHAPTER I"}
    text = " ".join(p.text for p in result.passages)
    assert "_" not in text
    assert "Footnote" not in text


def test_a_foreign_chapter_is_left_out_and_told(tmp_path):
    german = "Der alte Mann ging jeden Morgen den Weg hinauf, und jedes Mal sah der Hügel anders aus. " * 6
    text = "\n\n".join(["CHAPTER I", *prose(4), "", "CHAPTER II", german, "", "CHAPTER III", *prose(4, start=60)])
    result = read(tmp_path, "a.txt", text, "books")
    assert reasons(result) == ["not-english"]
    assert "chapter 2" in result.rejects[0].position
    assert "Hügel" not in " ".join(p.text for p in result.passages)
    assert reasons(read(tmp_path, "b.txt", german, "books")) == ["not-english"]


@given(cut=st.integers(0, 4000), junk=st.binary(max_size=40), name=st.sampled_from(["a.epub", "a.pdf", "a.txt"]))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_spoiled_book_raises(tmp_path, cut, junk, name):
    whole = {"a.epub": _SMALL_EPUB, "a.pdf": _SMALL_PDF, "a.txt": _text().encode()[:4000]}[name]
    at = cut % len(whole)
    for data in (whole[:at] + junk, whole[:at] + junk + whole[at + len(junk) :]):
        result = read(tmp_path, name, data or b" ", "books")
        assert result.passages or result.rejects


@given(data=st.binary(max_size=300), suffix=st.sampled_from(["txt", "html", "epub"]))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_raise(tmp_path, data, suffix):
    result = read(tmp_path, f"x.{suffix}", data, "books")
    assert result.passages or result.rejects
