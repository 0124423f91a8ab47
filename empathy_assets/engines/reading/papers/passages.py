"""From works to passages: whole sentences, 60 to 180 words, with the full citation.

Lives here: the choice of works that may be used, and the cutting. Must not live here: reading replies, or deciding which rights were declared.
"""

import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatch
from functools import cache

from syntok import segmenter

from empathy_assets.engines.reading.papers.work import SOURCE, Section, Work, refused
from empathy_assets.policy.load import number, table
from empathy_assets.records.ids import digest, normalised, passage_id
from empathy_assets.records.passage import Passage
from empathy_assets.records.provenance import Provenance
from empathy_assets.records.reject import Reject

LanguageOf = Callable[[str], str]
"""Returns the ISO 639-1 code of a text, or an empty string where it cannot tell."""


def work_id(work: Work) -> str:
    """Return the identity of a work: of its DOI, else its PMID, else its normalised title."""
    if work.doi:
        return "w-" + digest("doi", work.doi)
    return "w-" + (digest("pmid", work.pmid) if work.pmid else digest("title", normalised(work.title)))


@cache
def _boilerplate() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in table("scholarly")["boilerplate"]), re.IGNORECASE)


def cleaned(text: str) -> str:
    """Return `text` without the publisher's copyright lines."""
    return " ".join(_boilerplate().sub("", text).split())


def sentences(text: str) -> list[str]:
    """Return the sentences of one paragraph (syntok, which knows abbreviations and decimal numbers)."""
    found = ("".join(t.spacing + t.value for t in s).strip() for paragraph in segmenter.analyze(text) for s in paragraph)
    return [s for s in found if s]


class _Piece:
    """Sentences on their way to becoming one passage, with the labels and paragraphs they come from."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.labels: list[str] = []
        self.paragraphs: list[int] = []

    @property
    def words(self) -> int:
        return sum(len(s.split()) for s in self.text)

    def add(self, sentence: str, label: str, paragraph: int) -> None:
        self.text.append(sentence)
        if label and label not in self.labels:
            self.labels.append(label)
        self.paragraphs.append(paragraph)

    def absorb(self, other: "_Piece") -> None:
        self.text += other.text
        self.labels += [label for label in other.labels if label not in self.labels]
        self.paragraphs += other.paragraphs


def _pieces(sections: Iterable[Section]) -> list[_Piece]:
    """Return sections cut at sentence ends; short ones share a piece with the next, a short rest joins the one before."""
    least, most = int(number("scholarly", "passage.min_words")), int(number("scholarly", "passage.max_words"))
    done: list[_Piece] = []
    piece = _Piece()
    for index, section in enumerate(sections, start=1):
        if piece.words >= least:
            done.append(piece)
            piece = _Piece()
        for sentence in sentences(cleaned(section.text)):
            if piece.text and piece.words + len(sentence.split()) > most:
                done.append(piece)
                piece = _Piece()
            piece.add(sentence, section.label, index)
    if piece.text and done and piece.words < least and done[-1].words + piece.words <= most:
        done[-1].absorb(piece)
    elif piece.text:
        done.append(piece)
    return done


def _excluded(work: Work) -> str:
    return next((flag for flag in table("scholarly")["excluded_flags"] if flag in work.flags), "")


def accepted(licence: str) -> bool:
    """Return whether policy accepts the licence (`policy/licences.toml`)."""
    return any(fnmatch(licence, pattern) for pattern in table("licences")["accepted"])


def objection(work: Work, licence: str) -> Reject | None:
    """Return why a work gives no passages, or None: excluded, without text, without or with an incompatible licence."""
    name = work.position + (f" (PMID {work.pmid})" if work.pmid else f" (DOI {work.doi})" if work.doi else "")
    if flag := _excluded(work):
        return refused(
            f"excluded-{flag}",
            position=name,
            detail=f"`{work.title[:120]}` is marked {flag}, expected a standing finding",
            remedy="None needed; to keep such records remove the flag from excluded_flags in policy/scholarly.toml.",
        )
    if not work.abstract and not work.body:
        return refused(
            "no-abstract",
            position=name,
            detail=f"`{work.title[:120]}` has a citation but no text",
            remedy="None needed; land the full text (JATS) if this work matters.",
        )
    if not licence:
        return refused(
            "undeclared-rights",
            position=name,
            detail="neither the record nor a declaration names a licence",
            remedy="Declare the file in rights.toml with licence and origin.",
        )
    if not accepted(licence):
        return refused(
            "incompatible-licence",
            position=name,
            detail=f"found {licence}, expected one of policy/licences.toml",
            remedy="Obtain the holder's permission and declare it in rights.toml, or leave the work out.",
        )
    return None


def _foreign(work: Work, text: str, language_of: LanguageOf | None) -> str:
    """Return the language of a text that is not English, or an empty string."""
    found = language_of(text) if language_of else work.language
    return found if found not in ("", "en") else ""


def passages_of(
    work: Work,
    *,
    licence: str,
    file: str,
    file_sha256: str = "",
    origin: str = "",
    language_of: LanguageOf | None = None,
) -> tuple[list[Passage], list[Reject]]:
    """Return the passages of one work, or the reason why there are none.

    Args:
        work: The work.
        licence: SPDX identifier that holds if the work itself states none.
        file: Landed file relative to the landing root, or URI of the reply.
        file_sha256: SHA-256 of those bytes, hex.
        origin: Where the file was obtained; the work's own address if empty.
        language_of: Judge of language; without one the source's statement counts.

    Returns:
        Passages in reading order, each of whole sentences, and at most one reject.
    """
    licence = work.licence or licence
    if problem := objection(work, licence):
        return [], [problem.model_copy(update={"file": file, "file_sha256": file_sha256})]
    pieces = _pieces(work.abstract) + _pieces(work.body)
    floor = int(number("scholarly", "passage.floor_words"))
    kept = [piece for piece in pieces if piece.words >= floor]
    text = " ".join(" ".join(piece.text) for piece in kept)
    problem = None
    if not kept:
        detail = f"found {sum(p.words for p in pieces)} words, expected at least {floor}"
        problem = refused("too-short", position=work.position, detail=detail, remedy="None needed; land the full text if this work matters.")
    elif foreign := _foreign(work, text, language_of):
        detail = f"`{work.title[:120]}` is in `{foreign}`, expected `en`"
        problem = refused("not-english", position=work.position, detail=detail, remedy="Land an English version; other languages are out of scope.")
    if problem:
        return [], [problem.model_copy(update={"file": file, "file_sha256": file_sha256})]
    return [_passage(work, piece, licence, file, file_sha256, origin) for piece in kept], []


def _passage(work: Work, piece: _Piece, licence: str, file: str, file_sha256: str, origin: str) -> Passage:
    text = " ".join(piece.text)
    chapter = "; ".join(piece.labels)
    start, end = piece.paragraphs[0], piece.paragraphs[-1]
    place = f"para. {start}" if start == end else f"paras. {start}-{end}"
    return Passage(
        id=passage_id(text),
        text=text,
        source=SOURCE,
        provenance=Provenance(
            file=file,
            file_sha256=file_sha256,
            unit="paragraph",
            start=start,
            end=end,
            anchor=", ".join(filter(None, [work.position, chapter and f"'{chapter}'", place])),
            record_id=work.record_id,
            origin=origin or work.origin,
            title=work.title,
            authors=list(work.authors),
            year=work.year,
            doi=work.doi,
            pmid=work.pmid,
            work_id=work_id(work),
        ),
        licence=licence,
        chapter=chapter,
        language="en",
    )
