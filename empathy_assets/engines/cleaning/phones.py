"""Telephone numbers of any country in running text, told apart from dates, ranges, scores and sums.

Lives here: number formats and the decision. Must not live here: crisis lines, which `detect` has protected before it asks.
International, North American and trunk-0 formats are recognised by shape; anything else needs a contact word nearby or has to be
a valid number of a large country by libphonenumber's metadata, which is loaded only when such a candidate appears.
"""

import re
from collections.abc import Iterator
from functools import cache

from empathy_assets.engines.cleaning.identifiers import digits
from empathy_assets.policy.load import table

_EXT = r"(?:,?\s?(?:ext\.?|x|extension)\s?[0-9]{1,5}\b)?"
_GAP = r"[\s.\-/‐‑–]{0,2}"
_BEFORE = r"(?<![\w$£€/\-])(?<![0-9][.,:])"
_AFTER = r"(?![0-9]|[.,:/][0-9]|-[0-9])"
_INTERNATIONAL = re.compile(
    rf"(?<![\w+])(?<![0-9][\s.\-])(?:\(?\+|00)\s?[1-9][0-9]{{0,2}}\)?(?:{_GAP}\(?[0-9]{{1,5}}\)?){{1,2}}(?:{_GAP}\(?[0-9]{{2,10}}\)?){{0,5}}{_EXT}(?![0-9])"
)
_AMERICAN = re.compile(
    rf"(?<![\w$£€+\-])(?<![0-9][.,/])(?:1{_GAP})?\(?[2-9][0-9]{{2}}\)?{_GAP}[0-9]{{3}}[\s.\-‐‑–]?[0-9]{{4}}{_EXT}{_AFTER}"
)
_TRUNK = re.compile(rf"{_BEFORE}\(?0[0-9]{{1,5}}\)?(?:{_GAP}[0-9]{{2,8}}){{1,5}}{_EXT}{_AFTER}|{_BEFORE}0[0-9]{{9,11}}{_AFTER}")
_GENERIC = re.compile(rf"{_BEFORE}\(?[0-9](?:[\s.\-/()‐‑–]{{0,2}}[0-9]){{6,13}}{_AFTER}")
_AFTERWARDS = re.compile(r"(?i)\s(?:is|was) (?:my|his|her|our|their|the) (?:\w+ ){0,2}?(?:number|phone|cell|mobile|line)\b")
_REACH = 40  # characters before a number in which a contact word vouches for it
_REGIONS = ("ES", "IN", "IT", "PT", "PL", "NO", "DK", "SG", "MX", "BR")


@cache
def _context() -> re.Pattern[str]:
    return re.compile(r"(?i)\b(?:" + "|".join(table("lexicons/pii")["context"]["phone"]) + r")(?:e?d|s|ing)?\b")


def _valid_somewhere(text: str) -> bool:
    """Return whether `text` is a valid national number of a country that writes numbers without a trunk 0."""
    import phonenumbers

    for region in _REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(text, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def _is_generic(text: str, match: re.Match[str]) -> bool:
    """Return whether a run of digits without a telling shape is a phone number, judged by context or by metadata."""
    groups = re.findall(r"[0-9]+", match[0])
    count = sum(map(len, groups))
    spelled = count == len(groups) >= 9  # digit by digit, as one dictates it
    if (len(groups) > 6 and not spelled) or not 7 <= count <= 13:
        return False
    if _context().search(text[max(0, match.start() - _REACH) : match.start()]) or _AFTERWARDS.match(text, match.end()):
        return True
    return count >= 9 and len(groups) >= 3 and max(map(len, groups)) <= 4 and _valid_somewhere(match[0])


def find_phones(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the telephone numbers in `text`, which may overlap; the caller takes the first of each place."""
    for match in _INTERNATIONAL.finditer(text):
        if 7 <= len(digits(match[0])) <= 17:
            yield match.span()
    for match in _AMERICAN.finditer(text):
        yield match.span()
    for match in _TRUNK.finditer(text):
        if 9 <= len(digits(match[0])) <= 12:
            yield match.span()
    for match in _GENERIC.finditer(text):
        if _is_generic(text, match):
            yield match.span()
