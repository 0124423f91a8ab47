"""The small normal forms that all services share: DOI, PMID, year, licence, language.

Lives here: string to canonical string. Must not live here: anything that knows one service's reply.
"""

import re
from typing import Any

_LONGEST = 300  # characters of an identifier or licence address that are looked at
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_PMCID = re.compile(r"(?:^|PMC|/)(\d{1,9})(?:\.\d{1,3})?/?$", re.IGNORECASE)
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")
_CC = re.compile(
    r"creativecommons\.org/(?:licen[sc]es/(?P<kind>by(?:-(?:nc|nd|sa)){0,2})(?:/(?P<version>\d\.\d))?(?:/(?P<port>igo|[a-z]{2})\b)?"
    r"|(?P<zero>publicdomain/zero|licen[sc]es/zero)|(?P<mark>publicdomain/mark|licen[sc]es/publicdomain))"
)
_CC_WORDS = re.compile(r"^cc[\s_-]*(?P<kind>by(?:[\s_-]*nc)?(?:[\s_-]*(?:nd|sa))?)(?:[\s_-]*(?P<version>\d\.\d))?$")
_TITLES = {
    "retracted": re.compile(r"\[?(?:retracted|withdrawn)(?: article| paper)?\s*[:\]]|retracted article\b", re.IGNORECASE),
    "retraction-notice": re.compile(
        r"(?:notice of )?(?:retraction|withdrawal)(?: notice| note| to| of)?\s*(?:[:.\u201c\u2018\"]|$)", re.IGNORECASE
    ),
    "erratum": re.compile(
        r"(?:author |publisher |editorial )?(?:correction|corrigendum|corrigenda|erratum|errata)(?: to| for)?\s*(?:[:.\u201c\u2018\"]|$)",
        re.IGNORECASE,
    ),
    "concern-notice": re.compile(r"(?:editorial )?expression of (?:editorial )?concern\b", re.IGNORECASE),
}
_LANGUAGES = {
    "eng": "en",
    "ger": "de",
    "deu": "de",
    "fre": "fr",
    "fra": "fr",
    "spa": "es",
    "por": "pt",
    "ita": "it",
    "chi": "zh",
    "jpn": "ja",
    "rus": "ru",
}


def doi(value: Any) -> str:
    """Return the DOI found in `value`, lower case and bare, or an empty string.

    DOIs are case-insensitive (DOI Handbook 2.4), so lower case makes two spellings one work.
    """
    found = _DOI.search(value) if isinstance(value, str) else None
    return _balanced(found.group(0)) if found else ""


def _balanced(text: str) -> str:
    """Return a DOI without a sentence's closing mark; the parentheses of old DOIs are part of them."""
    text = text.rstrip(".,;>]\"'")
    while text.endswith(")") and text.count(")") > text.count("("):
        text = text[:-1]
    return text.lower()


def pmid(value: Any) -> str:
    """Return the digits of a PubMed identifier given as a number, digits or address, or an empty string."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    found = re.search(r"(\d{1,9})\D*$", str(value)[:_LONGEST])
    return found.group(1) if found else ""


def pmcid(value: Any) -> str:
    """Return a PubMed Central identifier as `PMC` and digits, or an empty string; versions (`PMC123.1`) are one article."""
    found = _PMCID.search(value) if isinstance(value, str) else None
    return f"PMC{found.group(1)}" if found else ""


def year(value: Any) -> int | None:
    """Return the first plausible year (1500 to 2099) in `value`, e.g. in a MedlineDate such as `1999 Spring`."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    found = _YEAR.search(str(value))
    return int(found.group(1)) if found else None


def licence(value: Any) -> str:
    """Return the SPDX identifier of a stated licence (address or words like `cc by-nc`), or an empty string.

    A service that states no version means the current one, 4.0. Terms without an SPDX identifier (publishers' own) give an empty string.
    """
    if not isinstance(value, str):
        return ""
    text = value.strip().lower()[:_LONGEST]
    if found := _CC.search(text):
        if found["zero"]:
            return "CC0-1.0"
        if found["mark"]:
            return "CC-PDDC"
        kind = found["kind"].replace("nd-nc", "nc-nd")
        ported = f"-{found['port'].upper()}" if found["port"] == "igo" else ""  # other ports say the same in another country's words
        return f"CC-{kind.upper()}-{found['version'] or '4.0'}{ported}"
    if text.replace(" ", "").replace("-", "") in {"cc0", "cc01.0", "publicdomain"}:
        return "CC0-1.0" if "cc0" in text.replace(" ", "") else "CC-PDDC"
    text = re.sub(r"^ccby", "cc by", text)
    if found := _CC_WORDS.match(text):
        kind = re.sub(r"[\s_]+|(?<=[a-z])(?=nc|nd|sa)", "-", found["kind"])
        return f"CC-{re.sub('-+', '-', kind).upper()}-{found['version'] or '4.0'}"
    return ""


def language(value: Any) -> str:
    """Return the ISO 639-1 code of a stated language (`eng`, `en-GB`), or an empty string."""
    if not isinstance(value, str):
        return ""
    code = value.strip().lower().replace("_", "-").split("-")[0]
    return code if len(code) == 2 else _LANGUAGES.get(code, code)


def title_flags(title: str) -> list[str]:
    """Return what a title itself says about the standing of its work (`Retracted: ...`, `Correction to: ...`)."""
    return [flag for flag, pattern in _TITLES.items() if pattern.match(title)]


def preprint(*kinds: Any) -> str:
    """Return the flag `preprint` if a service states that kind of work, or an empty string."""
    return "preprint" if any(isinstance(kind, str) and kind.casefold() in ("preprint", "posted-content") for kind in kinds) else ""


def squeezed(value: Any) -> str:
    """Return a string value on one line without repeated white space; anything else gives an empty string."""
    return " ".join(value.split()) if isinstance(value, str) else ""
