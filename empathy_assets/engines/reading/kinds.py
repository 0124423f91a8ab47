"""Kinds of files: whether a file of unknown folder is a paper's record, a book, a transcript or a conversation corpus.

Lives here: the guess from content and name. Must not live here: reading.
"""

from __future__ import annotations

import re
from pathlib import Path

from empathy_assets.engines.reading import subtitles
from empathy_assets.engines.reading.chatlog import chat_log
from empathy_assets.engines.reading.gzipped import head_of
from empathy_assets.engines.reading.papers.kinds import recognised
from empathy_assets.engines.reading.plaintext import is_timed
from empathy_assets.engines.reading.result import Source
from empathy_assets.engines.reading.roles import role_of
from empathy_assets.engines.reading.text import decode

_HEAD = 16_384
_BOOK_SUFFIXES = (".epub", ".pdf", ".html", ".htm", ".xhtml", ".md")
_TRANSCRIPT_SUFFIXES = (".vtt", ".srt", ".sbv", ".json3", ".srv1", ".srv2", ".srv3", ".ttml", ".ass", ".ssa")
_TABLE_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson")
_TIMED_JSON = re.compile(
    r'"(?:segments|wireMagic|startTime|start_time|end_ts|tStartMs|no_speech_prob|playabilityStatus|videoDetails|monologues?'
    r'|recognizedPhrases|speaker_labels|punctuated_word|transcription)"|"start"\s*:\s*[\d"]|^\s*\[\s*\[\s*[\d.]+\s*,\s*[\d.]+\s*,\s*"'
)
_TIMED_MESSAGE = re.compile(r'"time"\s*:\s*"\d')
_TIMED_HTML = re.compile(r"<cite\b[^>]*>[^<]*</cite>\s*<time\b", re.IGNORECASE)
_TIMED_XML = re.compile(r"<(?:transcript|timedtext|tt)\b")
_WEB_PAGE = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_CONVERSATION_JSON = re.compile(r'"(?:messages|conversations?|dialogs?|dialogue|chosen|chat_log)"\s*:', re.IGNORECASE)


def _opening(path: Path) -> bytes | None:
    """Return the first of a file's content, None where it is no plain file or cannot be read."""
    try:
        return None if path.is_symlink() or not path.is_file() else head_of(path, _HEAD)
    except OSError:
        return None


def detect_source(path: Path) -> Source:
    """Return the source whose reader fits a file best; never raises, an unreadable file counts as a book.

    Links, pipes and devices are never opened: a pipe nobody writes to would be waited for without end.
    """
    head = _opening(path)
    if head is None:
        return "books"
    suffix = next((s.lower() for s in reversed(path.suffixes) if s.lower() != ".gz"), "")
    if head.startswith((b"PK\x03\x04", b"%PDF")):
        return "books"
    if recognised(head):
        return "academic_findings"
    return _of_text(decode(head).lstrip("\ufeff \t\n"), suffix)


def _of_text(text: str, suffix: str) -> Source:
    """Return the source of a text; where the ending of its name says nothing, its content decides."""
    if suffix in (".json", ".xml") and _WEB_PAGE.match(text):
        return "academic_findings"  # a service that was asked for records answered with a page
    if suffix in (".txt", ".md", "") and text[:1] not in ("{", "<") and is_timed(text):
        return "transcripts"
    if suffix in (".html", ".htm") and _TIMED_HTML.search(text):
        return "transcripts"
    named: Source | None = next((source for source, suffixes in _SUFFIXES if suffix in suffixes), None)
    return named or _of_content(text, suffix)


def _of_content(text: str, suffix: str) -> Source:
    if text[:1] in ("{", "["):
        timed = _TIMED_JSON.search(text) or _TIMED_MESSAGE.search(text)
        return "transcripts" if timed and not _CONVERSATION_JSON.search(text) else "conversation_corpora"
    if subtitles.is_vtt(text) or subtitles.is_script(text) or subtitles.looks_timed(text) or _TIMED_XML.search(text[:500]):
        return "transcripts"
    turns = chat_log(text)
    if turns and not any(role_of(name) for name, _ in turns):
        return "transcripts"  # host and guest are no client and counsellor
    return "conversation_corpora" if suffix in (".json", "") or turns else "books"


_SUFFIXES: tuple[tuple[Source, tuple[str, ...]], ...] = (
    ("books", _BOOK_SUFFIXES),
    ("transcripts", _TRANSCRIPT_SUFFIXES),
    ("conversation_corpora", _TABLE_SUFFIXES),
)
