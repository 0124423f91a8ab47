"""Hostile files of text, markup and tables: each attack as a file name and its bytes, with the outcome it must have.

Lives here: attacks on the readers of captions, corpora, papers and plain text. Must not live here: archives and PDFs (hostile_books),
running the readers on them (test_hostile).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass

MARKER = "marzipan-lighthouse-secret"
"""Stands in a file outside the landed folder; it must turn up in no record and no reject."""
TRUTH = "The lamp on the porch burned all night because nobody wanted to be the one who put it out. "
_MEGA = 1 << 20
_LONG = 250_000


@dataclass(frozen=True)
class Ground:
    """Where the attacks point: a file outside the landed folder, and a server on this machine."""

    outside: str
    url: str


@dataclass(frozen=True)
class Attack:
    """A file, how its bytes are made, the only reasons its rejects may have, and whether it gives records (`*`: either will do)."""

    name: str
    make: Callable[[Ground], bytes | str]
    reasons: tuple[str, ...] = ()
    records: bool = False


def laughs(levels: int = 12) -> str:
    """Return a document type whose entity `l11` stands for 10^12 words."""
    rows = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, levels)]
    return f'<!DOCTYPE x [<!ENTITY l0 "ha ">{"".join(rows)}]>'


def quadratic() -> str:
    """Return a document type with one long entity; referred to often it grows with the square of the file."""
    return f'<!DOCTYPE x [<!ENTITY q "{"a" * 50_000}">]>'


def external(ground: Ground) -> str:
    """Return a document type that names a local file and a server: general, parameter and subset entities."""
    return (
        f'<!DOCTYPE x SYSTEM "{ground.url}x.dtd" [<!ENTITY f SYSTEM "file://{ground.outside}"><!ENTITY h SYSTEM "{ground.url}e">'
        f'<!ENTITY % p SYSTEM "{ground.url}p"> %p;]>'
    )


def _article(abstract: str, prolog: str = "", authors: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{prolog}<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>101</PMID><Article><Journal><JournalIssue>'
        f"<PubDate><Year>2011</Year></PubDate></JournalIssue><Title>Lamps</Title></Journal><ArticleTitle>On lamps</ArticleTitle><Abstract>"
        f"<AbstractText>{abstract}</AbstractText></Abstract><AuthorList>{authors}</AuthorList><Language>eng</Language></Article>"
        f"</MedlineCitation></PubmedArticle></PubmedArticleSet>"
    )


def _jats(body: str, prolog: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{prolog}<article xmlns:xi="http://www.w3.org/2001/XInclude"><front><article-meta><title-group><article-title>'
        f"On lamps</article-title></title-group></article-meta></front><body><sec><title>One</title>{body}</sec></body></article>"
    )


def _record(text: str) -> str:
    return json.dumps({"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "That sounds heavy to carry."}]})


def _vtt(*cues: str) -> str:
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


_XML = [
    Attack("xml/laughs.xml", lambda _: _article(f"&l11; {TRUTH * 6}", laughs()), ("entity-declarations",)),
    Attack("xml/quadratic.xml", lambda _: _article("&q;" * 20_000, quadratic()), records=True),
    Attack("xml/external.xml", lambda g: _article(f"&f;&h; {TRUTH * 6}", external(g)), ("entity-declarations",)),
    Attack("xml/external-jats.xml", lambda g: _jats(f"<p>&f;&h; {TRUTH * 6}</p>", external(g)), ("entity-declarations",)),
    Attack("xml/include.xml", lambda g: _jats(f'<p>{TRUTH * 6}<xi:include parse="text" href="file://{g.outside}"/></p>'), records=True),
    Attack(
        "xml/include-srv.xml",
        lambda g: f'<tt><body><p begin="0s" end="9s">{TRUTH}<xi:include href="{g.url}i"/></p></body></tt>',
        records=True,
    ),
    Attack(
        "xml/laughs.srv3",
        lambda _: f'<?xml version="1.0"?>{laughs()}<timedtext><body><p t="1" d="9">&l11;</p></body></timedtext>',
        ("no-usable-text",),
    ),
    Attack("xml/external.srv3", lambda g: f'{external(g)}<timedtext><body><p t="1" d="9">{TRUTH} &f;</p></body></timedtext>', records=True),
    Attack("xml/deep.xml", lambda _: "<PubmedArticleSet>" + "<a>" * 100_000, ("not-well-formed",)),
    Attack("xml/deep-jats.xml", lambda _: _jats("<sec>" * 100_000), ("no-abstract",)),
    Attack("xml/deep.srv3", lambda _: "<timedtext><body>" + "<p>" * 100_000, ("no-usable-text",)),
    Attack("xml/attribute.xml", lambda _: f'<PubmedArticleSet><PubmedArticle a="{"x" * 20 * _MEGA}"/></PubmedArticleSet>', ("too-large",)),
    Attack("xml/authors.xml", lambda _: _article(TRUTH * 6, authors="<Author><LastName>A</LastName></Author>" * 50_000), ("same-work",)),
    Attack("xml/sentence.xml", lambda _: _article("lamp and " * (2 * _MEGA // 9)), ("too-large",)),
    Attack("html/deep.html", lambda _: "<html><body>" + "<div>" * 50_000 + TRUTH * 6, ("no-usable-text",)),
    Attack("html/spans.html", lambda _: "<html><body><p>" + "<i>" * 50_000 + TRUTH * 6, ("no-usable-text",)),
    Attack(
        "html/remote.html",
        lambda g: (
            f'<html><head><link rel="stylesheet" href="{g.url}c"/><base href="{g.url}"/></head><body>'
            f'<img src="{g.url}i"/><iframe src="file://{g.outside}"></iframe><p>{TRUTH * 6}</p><p>{TRUTH * 6}</p></body></html>'
        ),
        records=True,
    ),
]

_JSON = [
    Attack("json/deep.jsonl", lambda _: "[" * 100_000 + "\n" + _record(TRUTH), ("too-deep",)),
    Attack("json/deep.json", lambda _: "[" * 100_000, ("too-deep",)),
    Attack("json/deep-closed.json", lambda _: '{"messages":' * 100_000 + "1" + "}" * 100_000, ("too-deep",)),
    Attack("json/deep-turn.json", lambda _: '[{"a":' * 50_000 + "1" + "}]" * 50_000, ("too-deep",)),
    Attack("json/deep.json3", lambda _: '{"wireMagic":"pb3","events":' + "[" * 100_000, ("too-deep",)),
    Attack("json/digits.jsonl", lambda _: '{"id": ' + "9" * 100_000 + "}\n" + _record(TRUTH), ("unknown-shape",), records=True),
    Attack(
        "json/digits.json3",
        lambda _: '{"wireMagic":"pb3","events":[{"tStartMs":' + "9" * 100_000 + ',"segs":[{"utf8":"lamp"}]}]}',
        ("damaged",),
    ),
    Attack("json/digits-paper.json", lambda _: '{"paperId":"a","title":"t","abstract":"b","year":' + "9" * 100_000 + "}", ("not-json",)),
    Attack("json/exponent.json3", lambda _: '{"wireMagic":"pb3","events":[{"tStartMs":1e400,"segs":[{"utf8":"lamp"}]}]}', records=True),
    Attack("json/nan.json", lambda _: '{"segments":[{"start":NaN,"end":-Infinity,"text":"' + TRUTH + '"}]}', records=True),
    Attack("json/keys.json", lambda _: "{" + ",".join(['"messages":[]'] * 100_000) + ',"messages":' + _record(TRUTH)[13:], records=True),
    Attack("json/many-keys.json", lambda _: json.dumps({f"k{n}": {"a": [n]} for n in range(20_000)}), ("unknown-shape",)),
    Attack(
        "json/string.json",
        lambda _: '[{"messages":[{"role":"user","content":"' + "lamp " * (6 * _MEGA) + '"}]}]',
        ("spoiled-record", "truncated"),
    ),
    Attack("json/unclosed.json", lambda _: '[{"messages":[{"role":"user","content":"' + "lamp { [ " * _LONG, ("truncated",)),
    Attack("json/surrogates.jsonl", lambda _: _record(TRUTH).replace("lamp", "\\ud800 lamp \\udfff"), records=True),
    Attack("json/empty-objects.json", lambda _: "[" + "{}," * 50_000 + "{}]", ("wrong-type",)),
]

_TABLES = [
    Attack("csv/quote.csv", lambda _: 'question,answer\n"' + "lamp, " * (3 * _MEGA), ("field-too-large",)),
    Attack("csv/columns.csv", lambda _: ",".join(["question"] * 100_000) + "\n" + ",".join(["answer"] * 100_000), ("unknown-shape",)),
    Attack("csv/zeros.csv", lambda _: b"question,answer\n\x00\x00\x00,\x00lamp\n" * 5000, ("one-sided",), records=True),
    Attack("csv/short-rows.csv", lambda _: "question,answer\n" + ",\n" * 300_000, ("no-usable-text",)),
    Attack("csv/literal.csv", lambda _: "conversations\n" + '"' + "[" * 100_000 + '"\n', ("wrong-type",)),
]

_CAPTIONS = [
    Attack("cues/empty.vtt", lambda _: _vtt(*["00:01.000 --> 00:02.000"] * 50_000), ("no-usable-text",)),
    Attack("cues/empty.srt", lambda _: "1\n00:00:01,000 --> 00:00:02,000\n\n" * 50_000, ("no-usable-text",)),
    Attack("cues/hours.vtt", lambda _: _vtt(f"{10**12}:00:00.000 --> {10**12}:00:01.000\n{TRUTH}"), ("no-usable-text",)),
    Attack("cues/hours.srv1", lambda _: f'<transcript><text start="{10**15}" dur="1e308">{TRUTH}</text></transcript>', records=True),
    Attack("cues/hours.json", lambda _: json.dumps({"segments": [{"start": 3.6e15, "end": 1e308, "text": TRUTH}]}), records=True),
    Attack("cues/nan.srv1", lambda _: f'<transcript><text start="NaN" dur="inf">{TRUTH}</text></transcript>', records=True),
    Attack(
        "cues/nan.json3",
        lambda _: '{"wireMagic":"pb3","events":[{"tStartMs":NaN,"dDurationMs":Infinity,"segs":[{"utf8":"lamp"}]}]}',
        records=True,
    ),
    Attack(
        "cues/negative.json", lambda _: json.dumps({"segments": [{"start": -1e9, "end": -2e9, "text": TRUTH * 3}]}), ("repetition-loop",)
    ),
    Attack("cues/line.vtt", lambda _: _vtt("00:01.000 --> 00:02.000\n" + "lamp and " * (5 * _MEGA // 9)), ("repetition-loop",)),
    Attack("cues/names.vtt", lambda _: _vtt("00:01.000 --> 00:02.000\n" + "<v Ann>lamp " * 80_000), ("repetition-loop",)),
    Attack("cues/tags.ass", lambda _: "[Script Info]\nDialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,," + "{\\p" * 300_000, records=True),
]

_UNITS = (
    "{",
    "[",
    "(",
    "-",
    " ",
    "a.",
    "1 ",
    "A",
    "<",
    "&",
    "http://",
    "{1",
    "a\n\n",
    "a\n",
    "A: a\n",
    "* ",
    "_",
    "#",
    "</p",
    "[a]",
    "00:0",
    "1:1 ",
    "\t",
    "..",
    "é",
    "(a",
    "<a ",
    "&#",
    "[[",
    "\"'",
    "A b ",
    "[1] ",
    "- a\n",
    "\\",
)
_SUFFIXES = ("txt", "vtt", "srt", "jsonl", "csv", "html", "nbib", "ris")
_OPENINGS = {
    "vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\n",
    "srt": "1\n00:00:01,000 --> 00:00:02,000\n",
    "jsonl": '{"messages": "',
    "csv": "question,answer\nlamp,",
    "html": "<html><body><p>",
    "nbib": "PMID- 1\nTI  - ",
    "ris": "TY  - JOUR\nTI  - ",
    "txt": "",
}


def _repeated(suffix: str, unit: str, size: int) -> Callable[[Ground], str]:
    return lambda _: _OPENINGS[suffix] + unit * (size // len(unit))


def patterns(size: int) -> list[Attack]:
    """Return one file per kind of text and adversarial unit, `size` characters of nothing but that unit."""
    return [
        Attack(f"patterns/{n:02d}.{suffix}", _repeated(suffix, unit, size), ("*",)) for suffix in _SUFFIXES for n, unit in enumerate(_UNITS)
    ]


_HALVES = [
    Attack("halves/record-id.jsonl", lambda _: '{"id": "\\ud800", ' + _record(TRUTH)[1:], records=True),
    Attack("halves/label.jsonl", lambda _: '{"topic": "\\ud800x", ' + _record(TRUTH)[1:], records=True),
    Attack("halves/role.jsonl", lambda _: _record(TRUTH).replace('"user"', '"\\ud800"'), records=True),
    Attack("halves/field.jsonl", lambda _: '{"\\udfff": 1}', ("unknown-shape",)),
    Attack("halves/speaker.json", lambda _: '{"segments":[{"start":1,"end":9,"speaker":"\\ud800","text":"' + TRUTH + '"}]}', records=True),
    Attack(
        "halves/title.json",
        lambda _: '{"title":"\\ud800","author":"\\ud800","segments":[{"start":1,"end":9,"text":"' + TRUTH + '"}]}',
        records=True,
    ),
    Attack(
        "halves/status.json", lambda _: '{"playabilityStatus":{"status":"\\ud800","reason":"\\ud800"},"videoDetails":{}}', ("unavailable",)
    ),
    Attack(
        "halves/paper.json",
        lambda _: '{"data":[{"paperId":"\\ud800","title":"\\ud800 lamps","abstract":"\\ud800 ' + TRUTH * 6 + '"}]}',
        records=True,
    ),
    Attack(
        "halves/words.json3",
        lambda _: '{"wireMagic":"pb3","events":[{"tStartMs":1,"segs":[{"utf8":"\\ud800 ' + TRUTH + '"}]}]}',
        records=True,
    ),
]

_PACKED = [
    Attack("gz/bomb.jsonl.gz", lambda _: gzip.compress(b"a" * 50 * _MEGA), ("zip-bomb",)),
    Attack("gz/nested.jsonl.gz", lambda _: gzip.compress(gzip.compress(_record(TRUTH).encode())), ("unknown-kind",)),
    Attack("gz/cut.jsonl.gz", lambda _: gzip.compress(_record(TRUTH).encode() * 900)[:-20], ("damaged",)),
]

ATTACKS = [*_XML, *_JSON, *_TABLES, *_CAPTIONS, *_HALVES, *_PACKED]
