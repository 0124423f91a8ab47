"""Bytes to text and text to plain text: encodings, control characters, entities, HTML and embedded blobs.

Lives here: repairs without which a file cannot be read as words. Must not live here: cleaning of meaning (engines.cleaning).
"""

from __future__ import annotations

import codecs
import html
import re
import unicodedata

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
_BLOB = re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,[A-Za-z0-9+/=]*|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{240,}={0,2}")
_TAG = re.compile(
    r"</?(?:p|br|div|span|ul|ol|li|a|b|i|u|em|strong|h[1-6]|table|tr|td|img|font|blockquote|pre|code|hr)\b[^<>]{0,2000}>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_BLOCK_END = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr|/blockquote|/pre)\b[^<>]{0,200}>", re.IGNORECASE)
_MANY_BREAKS = re.compile(r"[ \t]*\n[ \t]*(?:\n[ \t]*)+")
_SPACES = re.compile(r"[\t\u00a0\u2000-\u200a\u3000][ \t\u00a0\u2000-\u200a\u3000]*| [ \t\u00a0\u2000-\u200a\u3000]+")
# Characters that are no mojibake for ftfy unless two stand side by side, nor ligatures, nor parts of a decomposed letter, nor blanks.
_SOUND = "¡¿\u2013\u2014\u2018\u2019\u201c\u201d\u2026áçèéêëíîïñóôúûü"
UNTIDY = rf"[^\x20-\x7e\n{_SOUND}]|[^\x00-\x7f][^\x00-\x7f]|  |[&<\x7f]| \n|\n |\n\n\n|[A-Za-z0-9+/]{{240}}|;base64,"
"""What every text holds that `tidy` changes other than at its ends, as a pattern for `re` and for polars."""
_UNTIDY = re.compile(UNTIDY)
_DOUBTFUL = re.compile(rf"[^\x00-\x7f\u00a0{_SOUND}]")
_NEIGHBOURS = re.compile(r"[^\x00-\x7f]{2}")
_BLOB_CHARS = 240
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00ad": None})
_MAC_APOSTROPHE = re.compile(rb"[a-z]\xd5[a-z]|\xd2[A-Z]")  # don't and an opening quotation mark as old Macintosh texts have them
_CP1252_APOSTROPHE = re.compile(rb"[a-z]\x92[a-z]|\x93[A-Z]")
_C1_SHARE = 0.05  # cp1252 fits when accented letters are rare; text of another alphabet is mostly above 0x7f


def encoding_of(data: bytes) -> str:
    """Return a codec that decodes `data`: by byte-order mark, UTF-8, Windows-1252 where high bytes are rare, else by guess."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return _legacy_encoding(data)
    zeros = data[:4096].count(0)
    if zeros > len(data[:4096]) // 4:
        return "utf-16-le" if data[1:2] == b"\x00" else "utf-16-be"
    return "utf-8"


def _legacy_encoding(data: bytes) -> str:
    if len(_MAC_APOSTROPHE.findall(data)) > max(1, len(_CP1252_APOSTROPHE.findall(data))):
        return "mac_roman"
    high = len(data) - len(data.translate(None, delete=bytes(range(128, 256))))
    if high <= _C1_SHARE * len(data):
        return "cp1252"
    from charset_normalizer import from_bytes

    guess = from_bytes(data[:65536]).best()
    return guess.encoding if guess is not None else "cp1252"


def decode(data: bytes) -> str:
    """Return `data` as text with line feeds as line ends; never raises, undecodable bytes become U+FFFD."""
    try:
        text = data.decode(encoding_of(data), errors="replace")
    except (LookupError, UnicodeError):
        text = data.decode("latin-1")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def tidy(text: str) -> str:
    """Return plain text: mojibake repaired, entities resolved, HTML, blobs and control characters removed, white space collapsed."""
    if not _UNTIDY.search(text):
        return text.strip()
    if not text.isascii() and (_DOUBTFUL.search(text) or _NEIGHBOURS.search(text)):
        import ftfy
        from ftfy.badness import is_bad

        if is_bad(text):
            text = ftfy.fix_text(text, uncurl_quotes=False)
        text = unicodedata.normalize("NFC", text.translate(_LIGATURES))
    if "<" in text and _TAG.search(text):
        text = strip_html(text)
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if ";base64," in text or (len(text) > _BLOB_CHARS and max(map(len, text.split()), default=0) >= _BLOB_CHARS):
        text = _BLOB.sub(" ", text)
    text = _SPACES.sub(" ", _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    if "\n" not in text:
        return text.strip()
    text = _MANY_BREAKS.sub("\n\n", text)
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def strip_html(markup: str) -> str:
    """Return the text of an HTML fragment; block ends become line breaks, scripts and styles vanish."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(_BLOCK_END.sub(lambda m: "\n" + m.group(0), markup))
    tree.strip_tags(["script", "style", "noscript", "template"])
    body = tree.body
    return body.text() if body is not None else ""


def one_line(text: str) -> str:
    """Return `text` tidied on a single line."""
    return " ".join(tidy(text).split())
