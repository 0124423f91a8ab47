"""Kinds of paper files: which parser a file belongs to, found in its content, never in its name.

Lives here: telling services' replies, exports and full texts from each other and from everything else. Must not live here: parsing.
"""

import json
import re
from collections.abc import Callable

from empathy_assets.engines.reading.papers import crossref, europe_pmc, jats, nbib, openalex, pubmed, ris, semantic_scholar
from empathy_assets.engines.reading.papers.markup import decoded, without_prolog
from empathy_assets.engines.reading.papers.work import Parsed, refused

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
_HEAD = 65536
_ROOT = re.compile(r"<(?![?!])(?:[\w.-]{1,60}:)?([\w.-]{1,60})")
_KEY = re.compile(r'"([A-Za-z_-]{2,40})"\s*:')
_TALK = {"messages", "conversations", "conversation", "dialog", "dialogue", "dialogs", "role", "speaker", "turns", "chosen", "instruction"}
_NBIB = re.compile(r"^PMID ?- ?\d", re.MULTILINE)
_TAGGED = re.compile(r"^(?:OWN|STAT|TI  |AB  |FAU|JT  ) ?- \S", re.MULTILINE)
_RIS = re.compile(r"^TY {0,2}- [A-Z]{3,6}\s*$", re.MULTILINE)
_HOSTS = re.compile(r"eutils\.ncbi|api\.semanticscholar|api\.openalex|api\.crossref|ebi\.ac\.uk/europepmc")
_STATUS = re.compile(
    r"(?:HTTP )?(?:[45]\d\d:? ?)?(?:resource not found|not found|too many requests|rate limit exceeded|forbidden|unauthorized|bad request"
    r"|bad gateway|service (?:temporarily )?unavailable|internal server error|gateway time-?out|social activity too high)\b[^\n]{0,120}\s*",
    re.IGNORECASE,
)
_AS_NBIB = "Export the records as PubMed (.nbib) or RIS with abstracts, or fetch them as XML."
_KNOWN = "PubMed XML or NBIB, RIS, JATS, Semantic Scholar, Europe PMC, OpenAlex and Crossref replies"
_EXPORTS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"PMID,\W?Title,\W?Authors,\W?Citation"), "no-abstracts", "PubMed's CSV export, which holds citations only"),
    (re.compile(r"\s*@[A-Za-z]{4,20}\s*\{[^{}\n]{0,200},?\s"), "unsupported-export", "BibTeX"),
    (re.compile(r"FN (?:Clarivate|Thomson|ISI)"), "unsupported-export", "Web of Science's tagged text"),
    (re.compile(r"%0 [A-Z][a-z]+"), "unsupported-export", "EndNote's tagged text"),
    (re.compile(r"1[.:] [^\n]{10,400}\n(?s:.){0,8000}?^PMID: \d{1,9}", re.MULTILINE), "unsupported-export", "PubMed's plain text export"),
    (re.compile(r"(?:\d{5,9}\s{1,4}){3,}(?:\d|$)"), "no-abstracts", "a list of identifiers"),
)


def parser_of(data: bytes) -> Parser:
    """Return the parser of a file whose first 64 KiB are in `data`; for what is no paper one that says so."""
    head = _head(data)
    if head.startswith("<"):
        return _markup_parser(head)
    if head.startswith(("{", "[")):
        return _json_parser(head)
    return _text_parser(head) or _refuser("unknown-format", f"found text that starts {head[:60]!r}", f"Land {_KNOWN}.")


def recognised(data: bytes) -> bool:
    """Return whether the start of a file (16 KiB suffice) is of a kind only the services for papers write; never raises.

    Replies that hold no abstracts (esearch, errors of the services, lists of identifiers) count: they belong here, to be refused with
    their reason.
    """
    head = _head(data)
    if head.startswith("<"):
        root = _root(head)
        return root in {*_ROOTS, *_CATALOGUE} or (root == "OAI-PMH" and "<article" in head)
    if head.startswith(("{", "[")):
        keys = set(_KEY.findall(head))
        return _service(head, keys) is not None or (not keys & _TALK and _is_answer(head, keys))
    return _text_parser(head) is not None


def _head(data: bytes) -> str:
    return decoded(data[:_HEAD]).lstrip("\ufeff \r\n\t\x00")


def _refuser(reason: str, detail: str, remedy: str) -> Parser:
    return lambda _data: ([], [refused(reason, detail=detail, remedy=remedy)])


def _root(head: str) -> str:
    found = _ROOT.search(without_prolog(head) or head)
    return found.group(1) if found else ""


def _markup_parser(head: str) -> Parser:
    root = _root(head)
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
    if root == "OAI-PMH" and "<article" in head:
        return jats.parse
    return _ROOTS.get(root) or _refuser("unknown-format", f"found XML with root <{root[:40]}>", f"Land {_KNOWN}.")


def _json_parser(head: str) -> Parser:
    keys = set(_KEY.findall(head))
    if parser := _service(head, keys):
        return parser
    if _is_answer(head, keys) or "data" in keys or keys & {"error", "message"}:
        return semantic_scholar.parse
    return _refuser("unknown-format", f"found JSON with keys {sorted(keys)[:10]}", f"Land {_KNOWN}.")


def _service(head: str, keys: set[str]) -> Parser | None:
    """Return the parser by the keys only one service uses; they stand near the start of its replies."""
    if "resultList" in keys or {"authorString", "pubYear"} <= keys or {"errCode", "errMsg"} <= keys:
        return europe_pmc.parse
    if "message-type" in keys or ("DOI" in keys and keys & {"container-title", "indexed", "prefix"}):
        return crossref.parse
    if "https://openalex.org/" in head or "abstract_inverted_index" in keys or {"meta", "results", "per_page"} <= keys:
        return openalex.parse
    if "paperId" in keys or ("corpusid" in keys and keys & {"externalids", "title", "abstract"}):
        return semantic_scholar.parse
    return None


def _is_answer(head: str, keys: set[str]) -> bool:
    """Return whether a reply without any paper is still a service's: an empty page, identifiers only, or an error."""
    pages = ({"total", "offset"}, {"total", "token", "data"}, {"header", "esearchresult"}, {"header", "result", "uids"})
    return any(page <= keys for page in pages) or {"header", "linksets"} <= keys or _is_error(head)


def _is_error(head: str) -> bool:
    """Return whether the whole file is a service's error: an object of a few plain values, one of them the error."""
    try:
        body = json.loads(head) if len(head) < 4096 else None
    except (ValueError, RecursionError):
        return False
    if not isinstance(body, dict) or len(body) > 6 or any(isinstance(value, dict | list) for value in body.values()):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        return False
    return isinstance(body.get("error"), str) or ("message" in body and bool({"code", "status", "statusCode"} & set(body)))  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]


def _text_parser(head: str) -> Parser | None:
    if _NBIB.search(head) and _TAGGED.search(head):
        return nbib.parse
    if _RIS.search(head):
        return ris.parse
    if len(_TAGGED.findall(head)) > 2:
        return nbib.parse
    if re.match(r"(?:---\s*)?interactions:\s", head) and _HOSTS.search(head):
        return _refuser(
            "recorded-session", "found a recorded HTTP session (YAML), expected a reply", "Land the body of the reply as a file of its own."
        )
    if len(head) < 300 and _STATUS.fullmatch(head):
        return _refuser("service-error", f"the service answered: {head.strip()[:200]}", "Correct the request and fetch again.")
    for pattern, reason, name in _EXPORTS:
        if pattern.match(head):
            return _refuser(reason, f"found {name}", _AS_NBIB)
    return None
