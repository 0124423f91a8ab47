"""Column-wise text repair: Unicode, mojibake, HTML, speaker labels, quotes, control characters, white space.

Lives here: `clean_text` and its vectorised passes. Must not live here: roles, personal data, anything that looks at a second text.
One cheap guard over all texts decides which few are worked on; clean ASCII passes untouched. `clean_text` is idempotent.
"""

import re
from collections.abc import Callable
from functools import cache

import polars as pl

from empathy_assets.engines.cleaning.repair import ENTITY, MOJIBAKE, repair_encoding, unescape
from empathy_assets.policy.load import table

_SPACES = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_BREAKS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
_SINGLE = "\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4\uff07"
_DOUBLE = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02"
_PASSES = 4  # HTML inside entities inside HTML needs three; a fourth shows the text is stable


def _characters() -> dict[str, str]:
    """Return the single-character replacements, CR LF first so that it counts as one line break."""
    mapping = {"\r\n": "\n"} | dict.fromkeys(_SPACES, " ") | dict.fromkeys(_BREAKS, "\n")
    mapping |= dict.fromkeys(_INVISIBLE, "") | dict.fromkeys(_SINGLE, "'") | dict.fromkeys(_DOUBLE, '"')
    controls = [chr(c) for c in (*range(0x20), *range(0x7F, 0xA0)) if chr(c) not in mapping and chr(c) != "\n"]
    return mapping | dict.fromkeys(controls, "")


_CHARACTERS = _characters()


@cache
def _patterns() -> dict[str, str]:
    """Return the regular expressions that depend on policy lists."""
    policy = table("cleaning")
    labels = "|".join(re.escape(label) for label in policy["speakers"]["labels"])
    block = "|".join(map(re.escape, policy["html"]["block"]))
    inline = "|".join(map(re.escape, policy["html"]["inline"]))
    label = rf"(?i)^(?:[*_\[(#> ]{{0,4}}(?:{labels})(?: ?(?:[0-9]{{1,2}}|[a-z]))?[*_\])]{{0,3}} ?[:：][*_]{{0,3}}(?:\s+|$))+"
    return {
        "label": label,
        "block": rf"(?i)</?(?:{block})(?:\s[^<>]*)?/?>",
        "inline": rf"(?i)</?(?:{inline})(?:\s[^<>]*)?/?>",
        "guard": rf"[^ -~]|  |^ | $|<[A-Za-z/!]|&[#A-Za-z0-9]+;|{label}",
    }


def needs_cleaning(texts: pl.Series) -> pl.Series:
    """Return a mask of the texts that a pass could change; false is certain, true is not."""
    return texts.str.contains(_patterns()["guard"])


def _where(texts: pl.Series, pattern: str, change: pl.Expr) -> pl.Series:
    """Apply `change` (an expression on column `t`) to the texts that contain `pattern`, leaving the others alone."""
    hit = texts.str.contains(pattern)
    if not hit.any():
        return texts
    changed = texts.filter(hit).alias("t").to_frame().select(change).to_series()
    return texts.clone().scatter(hit.arg_true(), changed)


def _row_wise(texts: pl.Series, pattern: str, repair: Callable[[str], str]) -> pl.Series:
    """Apply a Python function to the texts that contain `pattern`."""
    hit = texts.str.contains(pattern)
    if not hit.any():
        return texts
    return texts.clone().scatter(hit.arg_true(), pl.Series([repair(t) for t in texts.filter(hit).to_list()], dtype=pl.String))


def _without_html(texts: pl.Series) -> pl.Series:
    """Return the texts without scripts, comments and the tags of HTML; a block element leaves a line break."""
    patterns = _patterns()
    t = pl.col("t").str
    drop = t.replace_all(r"(?is)<(?:script|style)\b[^>]*>.*?</(?:script|style)\s*>|<!--.*?-->|<!doctype[^>]*>", " ")
    return _where(texts, "<[A-Za-z/!]", drop.str.replace_all(patterns["block"], "\n").str.replace_all(patterns["inline"], ""))


def _pass(texts: pl.Series) -> pl.Series:
    """Return the texts after one round of every repair, in the order in which one uncovers work for the next."""
    texts = _row_wise(texts, MOJIBAKE, repair_encoding)
    texts = _row_wise(texts, ENTITY, unescape)
    texts = _without_html(texts)
    t = pl.col("t").str
    lost = t.replace_all("\ufffd(s|t|re|ve|ll|d|m)\\b", "'$1").str.replace_all("\ufffd", "", literal=True)
    texts = _where(texts, "\ufffd", lost)
    characters = t.normalize("NFC").str.replace_many(list(_CHARACTERS), list(_CHARACTERS.values()), leftmost=True)
    texts = _where(texts, "[^\n -~]", characters)
    texts = _where(texts, "  ", t.replace_all(" {2,}", " "))
    texts = _where(texts, "\n", t.replace_all(" *\n *", "\n").str.replace_all("\n{3,}", "\n\n")).str.strip_chars(" \n")
    label = _patterns()["label"]
    return _where(texts, label, t.replace(label, ""))


def clean_text(texts: pl.Series) -> pl.Series:
    """Return the texts repaired, in order; nulls stay null.

    Undone: UTF-8 decoded as Windows-1252 (ftfy), HTML tags and entities, Unicode not in NFC, curly quotes, zero-width and
    control characters, exotic and repeated white space, speaker labels at the start (`Therapist:`). Paragraphs stay: at most
    one empty line in a row. Applying it twice gives what applying it once gives.

    Args:
        texts: Strings, any length; the result does not depend on how a longer series was cut into pieces.
    """
    texts = texts.rechunk()
    active = needs_cleaning(texts).fill_null(False).arg_true()
    for _ in range(_PASSES):
        if not len(active):
            break
        before = texts.gather(active)
        after = _pass(before)
        texts = texts.clone().scatter(active, after)  # scatter works in place
        active = active.filter(before.ne_missing(after) & needs_cleaning(after).fill_null(False))
    return texts
