"""Personal data in one text: which characters identify somebody, and of what kind they are.

Lives here: the detectors and their order. Must not live here: replacing, numbering, choosing which texts to look at (`pii`).
Each detector sees the text with everything already decided blanked out, so that a card number is not found again as a phone.
What only looks like personal data (crisis lines, DOIs, dates, sums, scores) is blanked first and reported by nobody.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from empathy_assets.engines.cleaning import identifiers as ids
from empathy_assets.engines.cleaning.names import CUES, find_names
from empathy_assets.engines.cleaning.phones import find_phones
from empathy_assets.policy.load import table

_BLANK = "\x00"


class Hit(NamedTuple):
    """One identifier: the characters `start` to `end` (exclusive) and its kind, the stem of its placeholder."""

    start: int
    end: int
    kind: str


_I = re.IGNORECASE
_DIGIT = re.compile("[0-9]")
_PLACEHOLDER = re.compile(r"\[[A-Z]+_[0-9]+\]")
_WORK = re.compile(
    r"\b10\.[0-9]{4,9}/[^\s\"<>]+|\bPM(?:ID|CID)\b[:#\s]*(?:PMC)?[0-9]+|\bPMC[0-9]{4,}\b|\bISBN(?:-1[03])?[:\s]*[0-9Xx\-]{10,17}", _I
)
_EMAIL = re.compile(r"[\w.+%'\-]{1,64}\s?(?:@|\(at\)|\[at\])\s?(?:[\w\-]{1,63}\.)+[^\W\d_]{2,24}\b(?!@)", _I)
_URL = re.compile(
    r"\b(?:https?|ftp)://[^\s<>\"]+|\bwww\.[^\s<>\"]+"
    r"|\b(?:[a-z0-9\-]{1,63}\.)+(?:(?:com|org|net|edu|gov|io|(?:co|org|ac|gov|nhs)\.uk|(?:com|org|net)\.au)\b(?![.@\w])|[a-z]{2,8}(?=/[\w\-]{2}))"
    r"(?:/[^\s<>\"]*)?", _I,
)  # fmt: skip
_HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z_][\w.]{1,29}\b(?!@)|(?<![\w/])/?[uU]/[\w\-]{3,20}\b")
_IPV4 = re.compile(r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w]|\.[0-9])")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", _I)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}[0-9]{2}(?:[\s-]?[A-Z0-9]{4}){2,7}(?:[\s-]?[A-Z0-9]{1,4})?(?!\w)", _I)
_CARD = re.compile(r"(?<![0-9])(?<![0-9][.,])[2-6][0-9]{3}(?:[\s-]?[0-9]){9,15}(?![0-9]|[.,][0-9])")
_SSN = re.compile(r"(?<![\w-])[0-9]{3}\s?[-‐‑–]\s?[0-9]{2}\s?[-‐‑–]\s?[0-9]{4}(?![\w]|-[0-9])")
_SSN_CONTEXT = re.compile(
    r"\b(?:ssn|social(?: security)?(?: number| no\.?)?|itin)\b[^0-9]{0,25}([0-9]{3}[\s.]?[0-9]{2}[\s.]?[0-9]{4})(?![0-9])", _I
)
_NI = re.compile(r"(?<!\w)[a-z]{2}\s?[0-9]{2}\s?[0-9]{2}\s?[0-9]{2}\s?[a-d](?!\w)", _I)
_NHS = re.compile(r"\bnhs\b[^0-9]{0,25}([0-9]{3}[\s-]?[0-9]{3}[\s-]?[0-9]{4})(?![0-9])", _I)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]{0,6}\.?"
_DAY = (
    rf"(?:[0-9]{{1,2}}[/.\-][0-9]{{1,2}}[/.\-][0-9]{{2,4}}|[0-9]{{4}}[/.\-][0-9]{{1,2}}[/.\-][0-9]{{1,2}}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH},? [0-9]{{4}}|{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}})"
)
_BIRTH = re.compile(rf"\b(?:d\.?o\.?b\.?|date of birth|birth ?date|birthday|born)\b[^0-9\n]{{0,20}}?({_DAY})(?![0-9])", _I)
_QUANTITY = re.compile(
    rf"(?<![\w]){_DAY}(?![\w]|-[0-9])|(?<![\w\-])(?:1[5-9]|20)[0-9]{{2}}\s?[-‐‑–/]\s?(?:(?:1[5-9]|20)[0-9]{{2}}|[0-9]{{2}})(?![\w]|-[0-9])"
    r"|[$£€¥₹]\s?[0-9][0-9,.]*|(?<![\w.])[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![0-9])|(?<![0-9])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9:])"
    r"|(?<![\w.])[0-9]+(?:\.[0-9]+)?\s?(?:mg|mcg|ml|kg|lbs?|km|cm|mm|hours?|hrs?|minutes?|mins?|days?|weeks?|months?|years?|%|percent|dollars|euros|pounds)\b",
    _I,
)  # fmt: skip
_POSTCODE = r"[A-Z]{1,2}[0-9][0-9A-Z]?\s[0-9][A-Z]{2}"
_BOX = re.compile(r"\bP\.?\s?O\.?\s?Box\s[0-9]{1,6}\b", _I)


def _whole(pattern: re.Pattern[str], kind: str, test: Callable[[str], bool] | None = None) -> Callable[[str], Iterator[Hit]]:
    """Return a detector of the matches of `pattern` (its first group, if it has one) that pass `test`."""
    group = 1 if pattern.groups else 0

    def detect(text: str) -> Iterator[Hit]:
        for match in pattern.finditer(text):
            if test is None or test(match[group]):
                yield Hit(match.start(group), match.end(group), kind)

    return detect


def _cards(text: str) -> Iterator[Hit]:
    """Yield card numbers, giving trailing groups back to the sentence until the Luhn sum holds."""
    for match in _CARD.finditer(text):
        candidate = match[0]
        while candidate and not ids.is_card(candidate):
            cut = max(candidate.rfind(" "), candidate.rfind("-"), candidate.rfind("\n"))
            candidate = candidate[:cut] if cut > 0 else ""
        if candidate:
            yield Hit(match.start(), match.start() + len(candidate), "CARD")


def _ipv6(text: str) -> Iterator[Hit]:
    for match in _IPV6.finditer(text):
        value = match[0] if match[0].endswith("::") else match[0].rstrip(":")
        if ids.is_ipv6(value):
            yield Hit(match.start(), match.start() + len(value), "IP")


@cache
def _lexicon_patterns() -> dict[str, re.Pattern[str]]:
    """Return the patterns that are built from word lists in policy."""
    lexicon = table("lexicons/pii")
    gap = r"[\s.\-()‐‑–]{0,3}"
    ordered = sorted(lexicon["crisis"]["numbers"], key=lambda n: (-len(n), n))
    long = "|".join(gap.join(n) for n in ordered if len(n) >= 8)
    short = "|".join(gap.join(n) if len(n) == 6 else n for n in ordered if len(n) < 8)
    national = "|".join(gap.join(n[1:]) for n in ordered if len(n) >= 8 and n[0] == "0")  # +44 800 1111: no 0 after a country code
    words = "|".join(map(re.escape, lexicon["crisis"]["words"]))
    street = "|".join(lexicon["context"]["street"])
    context = {k: "|".join(map(re.escape, sorted(lexicon["context"][k], key=len, reverse=True))) for k in ("record", "account")}
    sites = "|".join(map(re.escape, [*lexicon["crisis"]["sites"], *lexicon["works"]["sites"]]))
    number = r"\b[^0-9\n.!?]{0,20}?((?:[A-Z]{1,4}-?)?[0-9][A-Z0-9]*(?:[-\s][0-9]{2,}){0,4})(?![0-9])"
    place = (
        r"(?:,?\s(?:apt|apartment|unit|flat|suite|ste|#)\.?\s?\w{1,5})?"
        rf"(?:,?\s(?:[A-Z][\w']+,?\s){{0,3}}(?:[A-Z]{{2}}\s[0-9]{{5}}(?:-[0-9]{{4}})?|{_POSTCODE}))?"
    )
    return {
        "crisis": re.compile(
            rf"(?<![0-9])(?:\+[0-9]{{1,2}}{gap})?\(?(?:{long})(?![0-9])|\+[0-9]{{1,2}}{gap}(?:{national})(?![0-9])|\b(?:{words})\b", _I
        ),
        "short": re.compile(rf"(?<![0-9])(?<![0-9][\s.\-()/])(?<![+$£€])(?:{short})(?![\s.\-()/]?[0-9]|[0-9])"),
        "site": re.compile(rf"(?:https?://)?(?:[\w\-]+\.)*(?:{sites})(?:[/?#]\S*)?$", _I),
        "record": re.compile(rf"\b(?:{context['record']}){number}", _I),
        "account": re.compile(rf"\b(?:{context['account']}){number}", _I),
        "address": re.compile(
            rf"(?<![\w.,/-])[0-9]{{1,5}}[A-Za-z]?,?\s(?:[A-Z0-9][\w'.]*\s){{1,4}}(?i:{street})\b\.?{place}"
            rf"|\b[A-ZÄÖÜ][\w]+(?:straße|strasse|gasse|weg|platz)\s[0-9]{{1,4}}[a-z]?\b"
        ),
        "postcode": re.compile(rf"(?<!\w){_POSTCODE}(?!\w)"),
        "zip": re.compile(r"(?<=, )[A-Z]{2}\s[0-9]{5}(?:-[0-9]{4})?(?![0-9])"),
    }


def _urls(text: str) -> Iterator[Hit]:
    """Yield addresses that are neither a help line's nor a published work's, without the sentence's final punctuation."""
    for match in _URL.finditer(text):
        value = match[0].rstrip(".,;:!?)]}'\"*")
        if not _lexicon_patterns()["site"].match(value):
            yield Hit(match.start(), match.start() + len(value), "URL")


def _is_identifier(value: str) -> bool:
    return len(ids.digits(value)) >= 4


def _known_sites(text: str) -> Iterator[Hit]:
    for match in _URL.finditer(text):
        if _lexicon_patterns()["site"].match(match[0].rstrip(".,;:!?)]}'\"*")):
            yield Hit(match.start(), match.end(), "")


def _phones(text: str) -> Iterator[Hit]:
    for start, end in find_phones(text):
        yield Hit(start, end, "PHONE")


def _names(text: str) -> Iterator[Hit]:
    for start, end in find_names(text):
        yield Hit(start, end, "NAME")


class _Detector(NamedTuple):
    """A detector with what a text must hold to be worth asking: any of these lower-case strings, this many digits."""

    run: Callable[[str], Iterable[Hit]]
    any_of: tuple[str, ...] = ()
    digits: int = 0


@cache
def _detectors() -> tuple[_Detector, ...]:
    """Return the detectors in order; an empty kind protects instead of reporting."""
    lexicon, context = _lexicon_patterns(), table("lexicons/pii")["context"]
    streets = (*(f" {word}" for word in context["street"]), "straße", "strasse", "gasse", "weg ", "platz ")
    return (
        _Detector(_whole(_PLACEHOLDER, ""), ("_",)),
        _Detector(_names, CUES),
        _Detector(_known_sites, (".",)),
        _Detector(_whole(_EMAIL, "EMAIL"), ("@", "(at)", "[at]")),
        _Detector(_whole(_WORK, ""), ("10.", "pm", "isbn"), 4),
        _Detector(_urls, (".", "://")),
        _Detector(_whole(_HANDLE, "HANDLE"), ("@", "u/")),
        _Detector(_ipv6, (":",)),
        _Detector(_whole(_IBAN, "IBAN", ids.is_iban), (), 11),
        _Detector(_whole(lexicon["crisis"], ""), (), 7),
        _Detector(_cards, (), 13),
        _Detector(_whole(_NHS, "NHS", ids.is_nhs), ("nhs",), 10),
        _Detector(_whole(_SSN, "SSN", ids.is_ssn), (), 9),
        _Detector(_whole(_SSN_CONTEXT, "SSN", ids.is_ssn), ("ssn", "social", "itin"), 9),
        _Detector(_whole(_NI, "NI", ids.is_national_insurance), (), 6),
        _Detector(_whole(_BIRTH, "DOB"), ("born", "birth", "dob", "d.o.b"), 4),
        _Detector(_whole(lexicon["record"], "RECORD", _is_identifier), tuple(context["record"]), 4),
        _Detector(_whole(lexicon["account"], "ACCOUNT", _is_identifier), tuple(context["account"]), 4),
        _Detector(_whole(lexicon["address"], "ADDRESS"), streets, 1),
        _Detector(_whole(_BOX, "ADDRESS"), ("box",), 1),
        _Detector(_whole(lexicon["postcode"], "ADDRESS"), (), 2),
        _Detector(_whole(lexicon["zip"], "ADDRESS"), (", ",), 5),
        _Detector(_whole(_IPV4, "IP", ids.is_ipv4), (".",), 4),
        _Detector(_whole(lexicon["short"], ""), (), 7),
        _Detector(_whole(_QUANTITY, ""), (), 7),
        _Detector(_phones, (), 7),
    )


def find(text: str) -> list[Hit]:
    """Return the personal data in one text, in order, without overlaps.

    Kinds: NAME, EMAIL, URL, HANDLE, IP, IBAN, CARD, NHS, SSN, NI, DOB, RECORD, ACCOUNT, ADDRESS, PHONE.
    """
    hits: list[Hit] = []
    lower, digits = text.lower(), len(_DIGIT.findall(text))
    for detector in _detectors():
        if digits < detector.digits or (detector.any_of and not any(cue in lower for cue in detector.any_of)):
            continue
        for hit in list(detector.run(text)):
            if _BLANK in text[hit.start : hit.end]:
                continue
            text = text[: hit.start] + _BLANK * (hit.end - hit.start) + text[hit.end :]
            if hit.kind:
                hits.append(hit)
    return sorted(hits)
