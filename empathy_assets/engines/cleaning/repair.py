"""Row-wise repair of the few texts a guard has singled out: wrong decodings and HTML entities.

Lives here: what needs Python per text. Must not live here: anything that runs on every text; `text.py` decides who comes here.
"""

import html
import re

_LEAD = "\u00c2-\u00f4"
_TAIL = (
    "\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019\u201c\u201d\u2022\u2013\u2014"
    "\u02dc\u2122\u0161\u203a\u0153\u017e\u0178"
)
MOJIBAKE = f"[{_LEAD}][{_TAIL}\ufffd]"
"""UTF-8 read as Windows-1252: a lead byte's letter followed by a continuation byte's character (or by what was lost of it)."""

ENTITY = "&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
"""An HTML character reference; the semicolon is required, so that `?a=1&copy=2` is left alone."""

_ENTITY = re.compile(ENTITY)
_RUN = re.compile(f"[{_LEAD}][{_TAIL}]{{1,3}}")
_LOST_QUOTE = re.compile("\u00e2\u20ac(?:\ufffd|(?![\u0080-\uffff]))")
_LOST = re.compile(f"[\u00c3\u00c2\u00e2\u00c5\u00f0]{{1,2}}[{_TAIL}]?\ufffd+")


def unescape(text: str) -> str:
    """Return `text` with HTML character references resolved."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text)


def _sloppy(run: str) -> str:
    """Return the characters a run of Windows-1252 letters stands for as UTF-8, or the run itself if it stands for none."""
    data = bytearray()
    for char in run:
        try:
            data += char.encode("cp1252")
        except UnicodeEncodeError:  # one of the five bytes Windows-1252 leaves undefined, read as a control character
            data.append(ord(char))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return run


def repair_encoding(text: str) -> str:
    """Return `text` with UTF-8-read-as-Windows-1252 undone, also where a decoder has replaced some bytes by U+FFFD.

    ftfy judges the whole text first; what it leaves because the evidence was destroyed is repaired run by run. The closing
    double quote is the commonest loss (byte 9D has no Windows-1252 character), so a damaged run `\u00e2\u20ac` becomes that quote.
    """
    import ftfy

    text = _LOST_QUOTE.sub("\u201d", text)
    text = ftfy.fix_encoding(text)
    if "\u00e2\u20ac" in text or "\ufffd" in text:
        text = _RUN.sub(lambda match: _sloppy(match[0]), text)
        text = _LOST.sub("", text)
    return text
