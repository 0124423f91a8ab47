"""Personal data over whole columns: cheap guards, detection in the few texts they leave, placeholders consistent per conversation.

Lives here: which texts are looked at, numbering, replacing, the residue check. Must not live here: what an identifier looks like
(`detect`). The guards are wide: they may let a harmless text through to the detectors, never keep an identifier from them.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import polars as pl

from empathy_assets.engines.cleaning.detect import Hit, find
from empathy_assets.engines.cleaning.names import ambiguous_words, stop_words
from empathy_assets.policy.load import table

_DIGITS = r"[0-9](?:[\s().,\-/‐‑–]{0,3}[0-9]){5}|[0-9]{3}-[0-9]{4}"
_WORDED = r"@|\(at\)|\[at\]|://|www\.|[a-z0-9]\.(?:com|org|net|edu|gov|io|uk|au|[a-z]{2,8}/)|\bu/|:[0-9a-f]{0,4}:"
_NAMED = (
    r"\bname(?:'s| is) |\b(?:i am|i'm|they) (?:called|named) |\b(?:hi|hello|hey)(?: there)?[,.!]? (?:this is|i am|i'm) "
    r"|(?:^|[.!?,\n] ?)(?:(?:kind|best|warm) )?(?:regards|sincerely|yours truly|yours faithfully|best wishes|signed|cheers|love)"
    r",?\s+(?u:\S){2,20}(?:\s(?u:\S){1,20}){0,3}\s*$"
    r"|\b(?:patient|client|attn|attention|name) ?: "
    r"|\b(?:contact|reach|ask for|speak to|speak with|talk to|write to|call|text|email|e-mail|get hold of) "
    r"(?u:[^.!?\n]){2,60}? (?:at|on|via|under) "
)
_PLACEHOLDER = re.compile(r"\[([A-Z]+)_([0-9]+)\]")
_LEAST_NAME = 3  # letters; shorter parts of a name ("Al", "Jo") are not looked for elsewhere


class Masked(NamedTuple):
    """The texts of one conversation after masking, with where each identifier stood and what stands there now."""

    texts: list[str]
    spans: list[tuple[int, int, int, int, int, str]]
    """(turn, start, end, new start, new end, placeholder): the kept-offset map; no identifier is in it."""


@cache
def _numbered() -> str:
    """Return the guard of texts with a digit: six digits close together, an address, a word that makes a number an identifier."""
    context = table("lexicons/pii")["context"]
    words = "|".join(re.escape(w) for w in (*context["record"], *context["account"], "p.o. box", "po box", "born", "dob", "d.o.b", "birth"))
    streets = "|".join(context["street"])
    address = rf"\b[0-9]{{1,5}}[a-z]?,? (?:(?u:\S){{1,20}} ){{1,4}}(?:{streets})\b|(?:stra(?:ss|(?u:ß))e|gasse|weg|platz)\s[0-9]"
    postcode = r"\b[a-z]{1,2}[0-9][0-9a-z]?\s[0-9][a-z]{2}\b|, [a-z]{2}\s[0-9]{5}"
    addresses = r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]|\b[a-z]{2}[0-9]{2}[\s-]?[a-z0-9]{4}"
    return rf"(?i-u:(?u:{_DIGITS})|{address}|{postcode}|{addresses}|\b(?:{words})\b)"


def suspects(texts: pl.Series) -> pl.Series:
    """Return a mask of the texts that may hold personal data; false is certain."""
    numbered = texts.str.contains("[0-9]")
    mask_ = texts.str.contains(rf"(?i-u:{_WORDED}|{_NAMED})")
    if numbered.any():
        rows = numbered.arg_true()
        hit = texts.gather(rows).str.contains(_numbered())
        mask_ = mask_.clone().scatter(rows.filter(hit), True)
    return mask_


def _key(kind: str, value: str) -> str:
    """Return what makes two spellings the same identifier: digits for numbers, letters and digits otherwise, case ignored."""
    if kind in ("PHONE", "CARD", "SSN", "NHS"):
        return re.sub(r"[^0-9+]", "", value)
    return re.sub(r"[\s]+", " ", value).casefold()


class _Numbering:
    """Placeholders of one conversation: the same identifier, the same number, counted per kind in order of appearance."""

    def __init__(self, texts: list[str]) -> None:
        self.known: dict[tuple[str, str], str] = {}
        self.last: dict[str, int] = {}
        for text in texts:  # placeholders of an earlier run keep their numbers
            for kind, number in _PLACEHOLDER.findall(text):
                self.last[kind] = max(self.last.get(kind, 0), int(number))

    def placeholder(self, kind: str, value: str) -> str:
        key = (kind, _key(kind, value))
        if key not in self.known:
            self.last[kind] = self.last.get(kind, 0) + 1
            self.known[key] = f"[{kind}_{self.last[kind]}]"
        return self.known[key]


def _other_mentions(texts: list[str], hits: dict[int, list[Hit]]) -> dict[int, list[Hit]]:
    """Return the hits with every other mention of a name that was found in a contact context, whole or one part of it."""
    names = {texts[turn][h.start : h.end] for turn, found in hits.items() for h in found if h.kind == "NAME"}
    parts = {p for name in names for p in (name, *name.split()) if len(p) >= _LEAST_NAME and p[0].isupper()}
    parts = {p for p in parts if p.lower() not in stop_words() and p.lower() not in ambiguous_words()}
    if not parts:
        return hits
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(parts, key=lambda p: (-len(p), p)))) + r")\b")
    grown: dict[int, list[Hit]] = {}
    for turn, text in enumerate(texts):
        found = list(hits.get(turn, []))
        placed = [(m.start(), m.end()) for m in _PLACEHOLDER.finditer(text)] + [(h.start, h.end) for h in found]
        mentions = (Hit(m.start(), m.end(), "NAME") for m in pattern.finditer(text))
        found += [m for m in mentions if all(m.end <= start or m.start >= end for start, end in placed)]
        if found:
            grown[turn] = sorted(found)
    return grown


def mask_conversation(texts: list[str], suspect: Sequence[bool] | None = None) -> Masked:
    """Return the turns of one conversation with personal data replaced by `[KIND_n]`.

    The same identifier gets the same placeholder in all turns; a part of a masked name gets the number of the whole name.

    Args:
        texts: The turns in order.
        suspect: Which turns the guards could not clear; all of them if not given. Others are searched for known names only.
    """
    hits = {turn: found for turn, text in enumerate(texts) if (suspect is None or suspect[turn]) and (found := find(text))}
    hits = _other_mentions(texts, hits) if hits else hits
    numbering = _Numbering(texts)
    whole: dict[str, str] = {}
    for turn in sorted(hits):
        for h in hits[turn]:
            value = texts[turn][h.start : h.end]
            if h.kind == "NAME":
                for part in value.split():
                    whole.setdefault(part.casefold(), value)
    result = list(texts)
    spans: list[tuple[int, int, int, int, int, str]] = []
    for turn in sorted(hits):
        pieces: list[str] = []
        last = length = 0
        for h in hits[turn]:
            value = texts[turn][h.start : h.end]
            if h.kind == "NAME":
                value = whole.get(value.split()[0].casefold(), value)
            label = numbering.placeholder(h.kind, value)
            pieces += [texts[turn][last : h.start], label]
            length += h.start - last
            spans.append((turn, h.start, h.end, length, length + len(label), label))
            length += len(label)
            last = h.end
        result[turn] = "".join([*pieces, texts[turn][last:]])
    return Masked(result, spans)


def mask(turns: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Replace the personal data of conversations.

    Args:
        turns: One row per turn, `row` (conversation, in order) and `content`, cleaned by `text.clean_text`.

    Returns:
        `turns` with masked `content`, and `row`, `replaced` (number of replacements) of the conversations that had any.
    """
    marked = turns.select("row", "content", suspects(turns["content"]).alias("suspect")).with_row_index("at")
    rows = marked.filter("suspect")["row"].unique(maintain_order=True)
    group = marked.filter(pl.col("row").is_in(rows.implode())).group_by("row", maintain_order=True).agg("at", "content", "suspect")
    places: list[int] = []
    texts: list[str] = []
    counts: list[tuple[int, int]] = []
    for row, at, content, suspect in group.iter_rows():
        masked = mask_conversation(content, suspect)
        if not masked.spans:
            continue
        counts.append((row, len(masked.spans)))
        for turn in sorted({span[0] for span in masked.spans}):
            places.append(at[turn])
            texts.append(masked.texts[turn])
    replaced = pl.DataFrame(counts, schema={"row": turns.schema["row"], "replaced": pl.Int64}, orient="row")
    if places:
        turns = turns.with_columns(turns["content"].clone().scatter(places, pl.Series(texts, dtype=pl.String)))
    return turns, replaced


def residue(turns: pl.DataFrame) -> pl.DataFrame:
    """Return `row`, `found`: identifiers a second detection pass still finds, for conversations that have any; none is right."""
    left = turns.filter(suspects(turns["content"]))
    counts = pl.Series("found", [len(find(t)) for t in left["content"].to_list()], dtype=pl.Int64)
    return left.select("row").with_columns(counts).group_by("row", maintain_order=True).sum().filter(pl.col("found") > 0)
