"""Reader of one landed paper file: kind by content, works merged, passages cut.

Lives here: the one entry point the asset and the command line share. Must not live here: walking folders, rights files, HTTP.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from empathy_assets.engines.reading.papers import crossref, europe_pmc, jats, nbib, openalex, pubmed, semantic_scholar
from empathy_assets.engines.reading.papers.markup import decoded, without_prolog
from empathy_assets.engines.reading.papers.merge import merged
from empathy_assets.engines.reading.papers.passages import LanguageOf, passages_of
from empathy_assets.engines.reading.papers.work import Parsed, refused
from empathy_assets.engines.reading.result import Row
from empathy_assets.policy.load import number
from empathy_assets.records.licence import Rights
from empathy_assets.records.passage import Passage
from empathy_assets.records.reject import Reject

Parser = Callable[[bytes], Parsed]

_ROOTS: dict[str, Parser] = {
    "PubmedArticleSet": pubmed.parse,
    "PubmedBookArticleSet": pubmed.parse,
    "PubmedArticle": pubmed.parse,
    "PubmedBookArticle": pubmed.parse,
    "article": jats.parse,
    "pmc-articleset": jats.parse,
    "articles": jats.parse,
    "responseWrapper": europe_pmc.parse,
}
_CATALOGUE = {
    "eSearchResult",
    "eSummaryResult",
    "eLinkResult",
    "ePostResult",
    "eSpellResult",
    "eInfoResult",
    "eFetchResult",
    "eCitMatchResult",
}
_ROOT = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")
_KEY = re.compile(r'"([A-Za-z_-]{2,40})"\s*:')
_KNOWN = "PubMed XML or NBIB, JATS, Semantic Scholar, Europe PMC, OpenAlex and Crossref replies"


def parse_papers(data: bytes) -> Parsed:
    """Return the works in `data`, whatever service it comes from; the kind is found in the content, never in a name.

    Never raises: what cannot be read comes back as a reject with reason `empty-file`, `too-large`, `html`, `no-abstracts`,
    `unknown-format`, or whatever the parser of its kind found.
    """
    if len(data) > (limit := int(number("scholarly", "read.max_bytes"))):
        return [], [
            refused("too-large", detail=f"found {len(data)} bytes, at most {limit} are read", remedy="Split the file into smaller ones.")
        ]
    if not data.strip(b"\xef\xbb\xbf \r\n\t\x00"):
        return [], [refused("empty-file", detail="found no content", remedy="Fetch or export the file again.")]
    try:
        return _parser(data)(data)
    except Exception as error:
        detail = f"{type(error).__name__}: {str(error)[:200]}"
        return [], [refused("unreadable", detail=detail, remedy=f"Land the file as the service gave it out; read are {_KNOWN}.")]


def recognised(data: bytes) -> bool:
    """Return whether the start of a file (16 KiB suffice) is of a kind only the services for papers write; never raises.

    Replies that hold no abstracts (esearch, errors of E-utilities) count: they belong here, to be refused with their reason.
    """
    head = _head(data)
    if head.startswith("<"):
        found = _ROOT.search(without_prolog(head) or head)
        return bool(found) and found.group(1) in {*_ROOTS, *_CATALOGUE}
    if head.startswith(("{", "[")):
        keys = set(_KEY.findall(head))
        return _json_parser(head) in (europe_pmc.parse, crossref.parse, openalex.parse) or "paperId" in keys or {"total", "offset"} <= keys
    return _parser(data) is nbib.parse


def _head(data: bytes) -> str:
    return decoded(data[:65536]).lstrip("\ufeff \r\n\t\x00")


def _parser(data: bytes) -> Parser:
    head = _head(data)
    if head.startswith("<"):
        return _markup_parser(head)
    if head.startswith(("{", "[")):
        return _json_parser(head)
    if re.search(r"^(PMID|TI  |OWN) ?- ", head, re.MULTILINE):
        return nbib.parse
    return _refuser("unknown-format", f"found text that starts {head[:60]!r}", f"Land {_KNOWN}.")


def _refuser(reason: str, detail: str, remedy: str) -> Parser:
    return lambda _data: ([], [refused(reason, detail=detail, remedy=remedy)])


def _markup_parser(head: str) -> Parser:
    found = _ROOT.search(without_prolog(head) or head)
    root = found.group(1) if found else ""
    if root.lower() in ("html", "head", "body", "title") or head[:15].lower().startswith("<!doctype html"):
        return _refuser(
            "html", "found a web page, expected a service's reply", "Fetch the records again; the service answered with an error page."
        )
    if root in _CATALOGUE:
        if message := re.search(r"<ERROR>([^<]+)</ERROR>", head):
            return _refuser("service-error", f"PubMed answered: {message.group(1)[:200]}", "Correct the request and fetch again.")
        return _refuser(
            "no-abstracts",
            f"found {root}, which lists identifiers or citations only",
            "Land the efetch reply (rettype=abstract, retmode=xml) instead.",
        )
    return _ROOTS.get(root) or _refuser("unknown-format", f"found XML with root <{root[:40]}>", f"Land {_KNOWN}.")


def _json_parser(head: str) -> Parser:
    """Return the parser by the keys only one service uses; they stand near the start of its replies."""
    keys = set(_KEY.findall(head))
    if "resultList" in keys or {"authorString", "pubYear"} <= keys:
        return europe_pmc.parse
    if "message-type" in keys or {"DOI", "container-title"} <= keys or {"DOI", "indexed"} <= keys:
        return crossref.parse
    if "https://openalex.org/" in head or "abstract_inverted_index" in keys or {"meta", "results"} <= keys:
        return openalex.parse
    if "paperId" in keys or "data" in keys or {"total", "offset"} <= keys or keys & {"error", "message"}:
        return semantic_scholar.parse
    return _refuser("unknown-format", f"found JSON with keys {sorted(keys)[:10]}", f"Land {_KNOWN}.")


def landed_works(path: Path, *, relative: str, rights: Rights | None) -> Parsed:
    """Return the works of one landed file with file, origin and licence filled in, and a reject for everything else in it; never raises.

    A licence the record itself states is kept; the declaration holds for all others.

    Args:
        path: The file.
        relative: Its path relative to the landing root, written into every record.
        rights: What was declared for it; None quarantines the file.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(int(number("scholarly", "read.max_bytes")) + 1)
    except OSError as error:
        detail = f"{type(error).__name__}: {error.strerror}"
        return [], [refused("unreadable", file=relative, detail=detail, remedy="Make the file readable.")]
    place = {"file": relative, "file_sha256": hashlib.sha256(data).hexdigest()}
    if rights is None:
        detail = "no declaration covers this file, expected licence and origin"
        return [], [refused("undeclared-rights", detail=detail, remedy="Add the file to rights.toml beside it.").model_copy(update=place)]
    works, rejects = parse_papers(data)
    known = [work.model_copy(update={**place, "licence": work.licence or rights.licence, "origin": rights.origin}) for work in works]
    return known, [reject.model_copy(update=place) for reject in rejects]


def read_paper_file(
    path: Path,
    *,
    relative: str,
    rights: Rights | None,
    language_of: LanguageOf | None = None,
) -> tuple[list[Passage], list[Reject]]:
    """Return the passages of one landed file and a reject for everything else in it; never raises.

    Args:
        path: The file.
        relative: Its path relative to the landing root, written into every record.
        rights: What was declared for it; None quarantines the file.
        language_of: Judge of language; without one the source's statement counts.
    """
    works, rejects = landed_works(path, relative=relative, rights=rights)
    passages: list[Passage] = []
    for work in merged(works):
        kept, lost = passages_of(work, licence="", language_of=language_of)
        passages += kept
        rejects += lost
    return passages, rejects


def stream_papers(path: Path, *, relative: str, source: str, rights: Rights) -> Iterator[Row]:
    """Yield the rows of one landed file in the form the isolated readers use; see `read_paper_file`.

    Args:
        path: The file.
        relative: Its path relative to the landing root.
        source: Ignored; papers belong to `academic_findings` whoever asks.
        rights: What was declared for it.
    """
    passages, rejects = read_paper_file(path, relative=relative, rights=rights)
    for passage in passages:
        yield "passages", passage.model_dump()
    for reject in rejects:
        yield "rejects", reject.model_dump()
