"""Reader of one landed paper file: works and reasons out.

Lives here: limits of size, and what holds for every kind of file. Must not live here: the choice of parser (`kinds`), walking folders,
rights files, HTTP, merging and cutting (`findings`).
"""

from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path

from empathy_assets.engines.reading.papers import pubmed
from empathy_assets.engines.reading.papers.kinds import parser_of
from empathy_assets.engines.reading.papers.markup import Buffer
from empathy_assets.engines.reading.papers.work import Parsed, Work, refused
from empathy_assets.engines.reading.result import FileContext, Row
from empathy_assets.policy.load import number
from empathy_assets.records.reject import Reject

_HEAD = 65536


def parse_papers(data: bytes) -> Parsed:
    """Return the works in `data`, whatever service it comes from; the kind is found in the content, never in a name.

    Never raises: what cannot be read comes back as a reject with reason `empty-file`, `too-large`, `html`, `no-abstracts`,
    `unknown-format`, or whatever the parser of its kind found.
    """
    works: list[Work] = []
    rejects: list[Reject] = []
    for found in _found(data):
        works.append(found) if isinstance(found, Work) else rejects.append(found)
    return works, rejects


def read(path: Path, context: FileContext) -> Iterator[Row]:
    """Yield the works of one landed file as rows of `papers`, and a reject for everything else in it.

    Works, not passages: the same article may stand in several files and replies, so it is cut only after all of them are merged
    (`papers.findings`). A licence the record itself states is kept; the declaration holds for all others. PubMed's record sets are read
    one record at a time, so that a file of the annual baseline needs little memory; every other kind is read whole, up to a limit.
    """
    place = {"file": context.relative, "file_sha256": context.sha256}
    some = False
    with path.open("rb") as stream:
        data = mmap(stream.fileno(), 0, access=ACCESS_READ) if path.stat().st_size > _most() else stream.read()
        for found in _found(data):
            some = True
            if isinstance(found, Work):
                known = {**place, "declared": context.rights.licence, "origin": context.rights.origin}
                yield "papers", found.model_copy(update=known).model_dump()
            else:
                yield "rejects", found.model_copy(update=place).model_dump()
    if not some:
        empty = refused("no-records", detail="found a reply without a single record", remedy="None needed; nothing matches that request.")
        yield "rejects", empty.model_copy(update=place).model_dump()


def _most() -> int:
    return int(number("scholarly", "read.max_bytes"))


def _found(data: Buffer) -> Iterator[Work | Reject]:
    if not data[:_HEAD].strip(b"\xef\xbb\xbf \r\n\t\x00"):
        yield refused("empty-file", detail="found no content", remedy="Fetch or export the file again.")
        return
    try:
        parser = parser_of(data[:_HEAD])
        if parser is pubmed.parse:
            yield from pubmed.stream(data)
        elif len(data) > (limit := _most()):
            detail = f"found {len(data)} bytes, at most {limit} are read of this kind"
            yield refused("too-large", detail=detail, remedy="Split the file into smaller ones.")
        else:
            works, rejects = parser(data[:])
            yield from (*works, *rejects)
    except Exception as error:
        detail = f"{type(error).__name__}: {str(error)[:200]}"
        yield refused("unreadable", detail=detail, remedy="Land the file as the service gave it out.")
