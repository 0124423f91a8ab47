"""Kinds of files: whether a file of unknown folder is a book, a transcript or a conversation corpus.

Lives here: the guess from content and name. Must not live here: reading.
"""

from __future__ import annotations

import re
from pathlib import Path

from empathy_assets.engines.reading import subtitles
from empathy_assets.engines.reading.result import Source
from empathy_assets.engines.reading.roles import chat_log
from empathy_assets.engines.reading.text import decode

_HEAD = 16_384
_BOOK_SUFFIXES = (".epub", ".pdf", ".html", ".htm", ".xhtml", ".md")
_TRANSCRIPT_SUFFIXES = (".vtt", ".srt", ".sbv", ".json3", ".srv1", ".srv2", ".srv3", ".ttml")
_TABLE_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson")
_TIMED_JSON = re.compile(
    r'"(?:segments|wireMagic|startTime|start_time|tStartMs|no_speech_prob|playabilityStatus|videoDetails)"|"start"\s*:\s*[\d"]'
)
_TIMED_MESSAGE = re.compile(r'"time"\s*:\s*"\d')
_TIMED_XML = re.compile(r"<(?:transcript|timedtext|tt)\b")
_CONVERSATION_JSON = re.compile(r'"(?:messages|conversations?|dialogs?|dialogue|chosen|chat_log)"\s*:', re.IGNORECASE)


def detect_source(path: Path) -> Source:
    """Return the source whose reader fits a file best; never raises, an unreadable file counts as a book."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError:
        return "books"
    suffix = path.suffix.lower()
    if head.startswith((b"PK\x03\x04", b"%PDF")):
        return "books"
    text = decode(head).lstrip("\ufeff \t\n")
    for source, suffixes in _SUFFIXES:
        if suffix in suffixes:
            return source
    if text[:1] in ("{", "["):
        timed = _TIMED_JSON.search(text) or _TIMED_MESSAGE.search(text)
        return "transcripts" if timed and not _CONVERSATION_JSON.search(text) else "conversation_corpora"
    if subtitles.is_vtt(text) or subtitles.looks_timed(text) or _TIMED_XML.search(text[:500]):
        return "transcripts"
    return "conversation_corpora" if suffix in (".json", "") or chat_log(text) else "books"


_SUFFIXES: tuple[tuple[Source, tuple[str, ...]], ...] = (
    ("books", _BOOK_SUFFIXES),
    ("transcripts", _TRANSCRIPT_SUFFIXES),
    ("conversation_corpora", _TABLE_SUFFIXES),
)
