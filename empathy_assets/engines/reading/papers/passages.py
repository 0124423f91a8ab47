"""From works to passages: whole sentences, 60 to 180 words, with the full citation.

Lives here: the choice of works that may be used, and the cutting.
Must not live here: reading replies, or deciding which rights were declared.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, NamedTuple, cast

from empathy_assets.engines.reading.papers.work import SOURCE, Section, Work, refused
from empathy_assets.policy.licences import accepted
from empathy_assets.policy.load import number, table
from empathy_assets.records.ids import digest, normalised, passage_id
from empathy_assets.records.passage import Passage
from empathy_assets.records.provenance import Provenance
from empathy_assets.records.reject import Reject

_BRACKETED = 2000  # tokens; syntok's 250 cut a sentence inside a long list of references
_GLUED = re.compile(r"([a-z]{3}[.?!])(?=(?:[A-Z][a-z']*|[A-Z][a-z]+-[a-z]+),? [a-z])")

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
    """Return `text` without the publisher's copyright lines, with the space that some publishers' exports lose between sentences."""
    return " ".join(_GLUED.sub(r"\1 ", _boilerplate().sub("", text)).split())


def sentences(text: str) -> list[str]:
    """Return the sentences of one paragraph (syntok, which knows abbreviations and decimal numbers)."""
    from syntok import segmenter  # pyright: ignore[reportMissingTypeStubs] - syntok ships no stubs

    analyze = cast("Callable[[str], Iterable[Iterable[Iterable[Any]]]]", partial(segmenter.analyze, bracket_skip_len=_BRACKETED))  # pyright: ignore[reportUnknownMemberType]
    paragraphs = analyze(text)
    found = ("".join(token.spacing + token.value for token in tokens).strip() for paragraph in paragraphs for tokens in paragraph)
    return [s for s in found if s]


class _Sentence(NamedTuple):
    text: str
    words: int
    label: str
    paragraph: int


_Piece = list[_Sentence]


def _words(piece: _Piece) -> int:
    return sum(sentence.words for sentence in piece)


def _pieces(sections: Iterable[Section]) -> tuple[list[_Piece], int]:
    """Return sections cut at sentence ends, and how many sentences were left out because one alone is longer than a passage may be.

    Short sections share a piece with the next, a short rest borrows from the piece before.
    """
    least, most = int(number("scholarly", "passage.min_words")), int(number("scholarly", "passage.max_words"))
    done: list[_Piece] = [[]]
    endless = 0
    for index, section in enumerate(sections, start=1):
        if _words(done[-1]) >= least:
            done.append([])
        for text in sentences(cleaned(section.text)):
            sentence = _Sentence(text, len(text.split()), section.label, index)
            if sentence.words > most:
                endless += 1
                continue
            if done[-1] and _words(done[-1]) + sentence.words > most:
                done.append([])
            done[-1].append(sentence)
    if len(done) > 1:
        done[-2:] = _settled(done[-2], done[-1], least, most)
    return [piece for piece in done if piece], endless


def _settled(before: _Piece, rest: _Piece, least: int, most: int) -> list[_Piece]:
    """Return the last two pieces as one if they fit, else with sentences moved so that the last is not too short."""
    if _words(rest) >= least:
        return [before, rest]
    if _words(before) + _words(rest) <= most:
        return [before + rest]
    while len(before) > 1 and _words(rest) < least <= _words(before[:-1]):
        before, rest = before[:-1], [before[-1], *rest]
    return [before, rest]


def _excluded(work: Work) -> str:
    return next((flag for flag in table("scholarly")["excluded_flags"] if flag in work.flags), "")


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
    most = int(number("scholarly", "read.max_work_chars"))
    if sum(len(section.text) for section in work.abstract + work.body) > most:
        return refused(
            "too-large", position=name, detail=f"found more than {most} characters in one work", remedy="Land the work as a book."
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
    language_of: LanguageOf | None = None,
) -> tuple[list[Passage], list[Reject]]:
    """Return the passages of one work, or the reason why there are none.

    Args:
        work: The work.
        licence: SPDX identifier that holds if the work itself states none.
        language_of: Judge of language; without one the source's statement counts.

    Returns:
        Passages in reading order, each of whole sentences, and at most one reject.
    """
    licence = work.licence or licence
    if problem := objection(work, licence):
        return [], [_of(work, problem)]
    abstract, endless = _pieces(work.abstract)
    body, more = _pieces(work.body)
    pieces, endless = abstract + body, endless + more
    floor = int(number("scholarly", "passage.floor_words"))
    kept = [piece for piece in pieces if _words(piece) >= floor]
    text = " ".join(_joined(piece) for piece in kept)
    problem = None
    if not kept:
        detail = f"found {sum(map(_words, pieces))} words, expected at least {floor}"
        problem = refused(
            "too-short", position=work.position, detail=detail, remedy="None needed; land the full text if this work matters."
        )
    elif foreign := _foreign(work, text, language_of):
        detail = f"`{work.title[:120]}` is in `{foreign}`, expected `en`"
        problem = refused(
            "not-english", position=work.position, detail=detail, remedy="Land an English version; other languages are out of scope."
        )
    if problem:
        return [], [_of(work, problem)]
    return [_passage(work, piece, licence) for piece in kept], [_of(work, _unpunctuated(work, endless))] if endless else []


def _unpunctuated(work: Work, count: int) -> Reject:
    detail = f"left out {count} sentences longer than a whole passage may be; lists and tables read as text look like this"
    return refused("sentence-too-long", position=work.position, detail=detail, remedy="None needed; correct the punctuation if it matters.")


def _joined(piece: _Piece) -> str:
    return " ".join(sentence.text for sentence in piece)


def _of(work: Work, problem: Reject) -> Reject:
    return problem.model_copy(update={"file": work.file, "file_sha256": work.file_sha256})


def _passage(work: Work, piece: _Piece, licence: str) -> Passage:
    text = _joined(piece)
    chapter = "; ".join(dict.fromkeys(sentence.label for sentence in piece if sentence.label))
    start, end = piece[0].paragraph, piece[-1].paragraph
    place = f"para. {start}" if start == end else f"paras. {start}-{end}"
    return Passage(
        id=passage_id(text),
        text=text,
        source=SOURCE,
        provenance=Provenance(
            file=work.file,
            file_sha256=work.file_sha256,
            unit="paragraph",
            start=start,
            end=end,
            anchor=", ".join(filter(None, [work.position, chapter and f"'{chapter}'", place])),
            record_id=work.record_id,
            origin=work.origin,
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
