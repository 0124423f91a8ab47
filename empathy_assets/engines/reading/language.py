"""Language of a text: a function-word test that settles English, and lingua for everything else.

Lives here: the judgement for one conversation or chapter. Must not live here: what happens to text in other languages.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from empathy_assets.policy.load import number, table

if TYPE_CHECKING:
    from lingua import LanguageDetector

_NAME = re.compile(r"(?<=[^\W\d_,;:] )[^\W\d_a-z][a-z\u00df-\u017f][^\W\d_]*")  # a capital inside a sentence
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_ENOUGH = 640  # of 1,000: more function words than the verdict needs, in nearly every English text
_STRANGE = b"~"
_LETTERS = bytes(code if chr(code) in "abcdefghijklmnopqrstuvwxyz'" else 0x20 if code < 0x80 else ord(_STRANGE) for code in range(256))


@cache
def _english_words() -> frozenset[str]:
    return frozenset(table("reading")["language"]["english_words"])


@cache
def _english_bytes() -> frozenset[bytes]:
    return frozenset(word.encode() for word in _english_words())


@cache
def _detector() -> LanguageDetector:
    from lingua import Language, LanguageDetectorBuilder

    names: list[str] = table("reading")["language"]["others"]
    return LanguageDetectorBuilder.from_languages(*(getattr(Language, name) for name in names)).with_low_accuracy_mode().build()


def language_of(text: str) -> str:
    """Return the ISO 639-1 code of `text`, or an empty string where it is too short to tell."""
    sample = text[: int(number("reading", "language.sample_chars"))]
    folded = sample.replace("’", "'").lower()
    if _plainly_english(folded):
        return "en"
    words = _WORD.findall(folded)
    joined = "".join(words)
    letters = len(joined)
    if letters == 0:
        return ""
    latin = 1.0 if joined.isascii() else sum(map(str.isascii, joined)) / letters
    if letters < number("reading", "language.min_letters"):
        return "" if latin >= number("reading", "language.latin_share") else _detected(sample)
    common = _english_words()
    share = sum(map(common.__contains__, words)) / len(words)
    if share >= number("reading", "language.function_words") and latin >= number("reading", "language.latin_share"):
        return "en"
    return _detected(sample)


def _plainly_english(folded: str) -> bool:
    """Return whether a lower-case text is English even when each of its characters that needs a closer look is held against it.

    The bounds are those of the full count in `language_of`: a character beyond ASCII is taken for a letter of another script, for the end
    of one word and for part of the next, and never for part of an English one. Blanks count as words, and the end of the text as none.
    """
    data = folded.encode("utf-8", "replace").translate(_LETTERS)
    strange = data.count(_STRANGE)
    letters = len(data) - strange - data.count(b" ") - data.count(b"'")
    if letters < number("reading", "language.min_letters") or letters < number("reading", "language.latin_share") * (letters + strange):
        return False
    common = sum(map(_english_bytes().__contains__, data[:_ENOUGH].split()[:-1]))  # the last may be cut off
    return common / (data.count(b" ") + data.count(b"'") + strange + 1) >= number("reading", "language.function_words")


def _detected(sample: str) -> str:
    """Return lingua's verdict; English where it holds English for nearly as likely, as it does for a few odd words."""
    # Names tell nothing about the language they stand in: "one famous Italian singer is Andrea Bocelli" is English.
    unnamed = _NAME.sub("", sample)
    values = _detector().compute_language_confidence_values(unnamed if unnamed.strip() else sample)
    english = next((v.value for v in values if v.language.iso_code_639_1.name == "EN"), 0.0)
    if not values or values[0].value == 0 or english >= number("reading", "language.english_confidence"):
        return "en" if english else ""
    return values[0].language.iso_code_639_1.name.lower()


def is_english(text: str) -> tuple[bool, str]:
    """Return whether `text` may pass as English, and the code found; text too short to tell passes."""
    code = language_of(text)
    return code in ("", "en"), code
