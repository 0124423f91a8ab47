"""What a manifest expects of one file, and whether what was read agrees with it.

Lives here: the keys of `manifest.toml` and `samples.toml`. Must not live here: reading, pytest.

Keys of an entry, all but `kind` and `why` optional:
    kind: What `--kind auto` takes the file for; `a|b` where both are right.
    why: What is peculiar about the file.
    records, at_least, at_most: How many passages and conversations it gives.
    rejects, rejects_at_least: How many rejects it gives.
    reasons: Every reason its rejects may have, each of which has to occur; `a|b` is one or the other, `a?` may be missing.
        Without the key there must be no reject.
    words: Least and most words over all records: nothing lost, nothing twice.
    works: How many different works the records belong to.
    same_work: Another file of the folder that is the same work.
    chapters: Titles, or their beginnings up to a colon or full stop, that occur in this order.
    titles: How many different titles there are. `chapter_words`: words that stand in them.
    speakers: Exactly who speaks.
    has, lacks: Words that stand, or do not stand, in the text. `in_order`: words that follow one another.
    lacks_pattern: A regular expression that matches nowhere in the text.
    first, last, some, every: Facts (see `facts_of`) of the first, the last, any or each record.
    tally: How many records have which value of a fact.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

KINDS = {"books": "book", "transcripts": "transcript", "academic_findings": "papers", "conversation_corpora": "conversations"}
_COUNTS = ["records", "at_least", "at_most", "rejects", "rejects_at_least", "reasons", "words", "works", "same_work"]
_TEXTS = ["chapters", "titles", "chapter_words", "speakers", "has", "lacks", "in_order", "lacks_pattern"]
KEYS = frozenset(["kind", "why", *_COUNTS, *_TEXTS, "first", "last", "some", "every", "tally"])
_UNCLEAN = {
    "markup": re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE),
    "an entity": re.compile(r"&(?:[a-z]{2,8}|#\d+|#x[\da-f]+);", re.IGNORECASE),
    "a control or replacement character": re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd\ufeff\xad\u200b]"),
    "a ligature": re.compile("[\ufb00-\ufb06]"),
    "two spaces": re.compile("  "),
}

Record = dict[str, Any]


def text_of(record: Record) -> str:
    """Return the whole text of a passage or conversation."""
    return record["text"] if "text" in record else "\n".join(turn["content"] for turn in record["turns"])


def facts_of(record: Record) -> dict[str, Any]:
    """Return what a manifest may name about a record, without nesting."""
    facts = {**record["provenance"], **record.get("labels", {}), **{k: v for k, v in record.items() if not isinstance(v, dict | list)}}
    authors = facts["authors"]
    facts["first_author"] = authors[0] if authors else ""
    facts["words"] = len(text_of(record).split())
    if "turns" in record:
        roles = [turn["role"] for turn in record["turns"]]
        facts |= {"roles": roles, "roles_set": sorted(set(roles)), "turns": len(roles), "language": record["scores"]["language"]}
    return facts


def _misses(record: Record, wanted: dict[str, Any]) -> list[str]:
    facts = facts_of(record)
    wrong = [f"{k} {facts[k]!r}, expected {v!r}" for k, v in wanted.items() if k != "author" and facts[k] != v]
    if "author" in wanted and wanted["author"] not in facts["authors"]:
        wrong.append(f"authors {facts['authors']!r}, expected {wanted['author']!r} among them")
    return wrong


def _counted(entry: dict[str, Any], records: int, rejects: int) -> Iterator[str]:
    least, most = entry.get("records", entry.get("at_least", 0)), entry.get("records", entry.get("at_most", records))
    if not least <= records <= most:
        yield f"{records} records, expected {least} to {most if 'at_least' not in entry or 'at_most' in entry else 'any number'}"
    if rejects != entry.get("rejects", rejects) or rejects < entry.get("rejects_at_least", 0):
        yield f"{rejects} rejects, expected {entry.get('rejects', entry.get('rejects_at_least'))}"


def _reasoned(wanted: list[str], rejects: list[Record]) -> Iterator[str]:
    found = Counter(reject["reason"] for reject in rejects)
    allowed = {name for reason in wanted for name in reason.rstrip("?").split("|")}
    for reason in sorted(set(found) - allowed):
        yield f"unexpected reason {reason!r}: {next(r['detail'] for r in rejects if r['reason'] == reason)[:120]!r}"
    for reason in wanted:
        if not reason.endswith("?") and not set(reason.split("|")) & set(found):
            yield f"no reject says {reason!r}; found {dict(found)}"
    for reject in rejects:
        if not reject["remedy"] or not reject["detail"]:
            yield f"the reject {reject['reason']!r} has no detail or no remedy"


def _in_order(wanted: Iterable[str], found: Iterable[str]) -> bool:
    rest = iter(found)
    return all(any(seen == item or seen.startswith((f"{item}:", f"{item}.")) for seen in rest) for item in wanted)


def _titled(entry: dict[str, Any], records: list[Record]) -> Iterator[str]:
    chapters = list(dict.fromkeys(facts_of(r).get("chapter", "") for r in records))
    if not _in_order(entry.get("chapters", []), chapters):
        yield f"chapters {chapters}, expected {entry['chapters']} in this order"
    titles = [chapter for chapter in chapters if chapter]
    if len(titles) != entry.get("titles", len(titles)):
        yield f"{len(titles)} chapters {titles}, expected {entry['titles']}"
    missing = [word for word in entry.get("chapter_words", []) if not any(word in chapter for chapter in chapters)]
    if missing:
        yield f"chapters {chapters} do not name {missing}"
    speakers = sorted({facts_of(r).get("speaker", "") for r in records})
    if speakers != entry.get("speakers", speakers):
        yield f"speakers {speakers}, expected {entry['speakers']}"
    works = {r["provenance"]["work_id"] for r in records}
    if len(works) != entry.get("works", len(works)):
        yield f"{len(works)} works, expected {entry['works']}"


def _worded(entry: dict[str, Any], text: str) -> Iterator[str]:
    least, most = entry.get("words", (0, len(text)))
    if not least <= len(text.split()) <= most:
        yield f"{len(text.split())} words, expected {least} to {most}"
    yield from (f"{word!r} is missing from the text" for word in entry.get("has", []) if word not in text)
    yield from (f"{word!r} stands in the text" for word in entry.get("lacks", []) if word in text)
    place = -1
    for word in entry.get("in_order", []):
        place = text.find(word, place + 1)
        if place < 0:
            yield f"{word!r} is missing, or stands before what it should follow"
            break
    if "lacks_pattern" in entry and (found := re.search(entry["lacks_pattern"], text)):
        yield f"the text matches {entry['lacks_pattern']!r}: {text[max(0, found.start() - 20) : found.end() + 20]!r}"


def _factual(entry: dict[str, Any], records: list[Record]) -> Iterator[str]:
    if not records:
        return
    chosen = {"first": records[:1], "last": records[-1:], "every": records}
    for name, some in chosen.items():
        yield from dict.fromkeys(f"{name} record: {miss}" for r in some for miss in _misses(r, entry.get(name, {})))
    if all(_misses(r, entry.get("some", {})) for r in records):
        yield f"no record has {entry['some']}"
    for fact, wanted in entry.get("tally", {}).items():
        if (found := dict(Counter(facts_of(r)[fact] for r in records))) != wanted:
            yield f"{fact} counts {found}, expected {wanted}"


def _anchored(records: list[Record]) -> Iterator[str]:
    for record in records:
        at, text = record["provenance"], text_of(record)
        if not (at["anchor"] and len(at["file_sha256"]) == 64 and at["end"] >= at["start"] and at["work_id"] and record["licence"]):
            yield f"a record without anchor, hash, work or licence: {at}"
        for name, pattern in _UNCLEAN.items() if "turns" not in record else ():
            if found := pattern.search(text):
                yield f"{name} in the text: {text[max(0, found.start() - 20) : found.end() + 20]!r}"


def problems(entry: dict[str, Any], kind: str, records: list[Record], rejects: list[Record]) -> list[str]:
    """Return in words how what was read from a file differs from its entry; empty if it agrees.

    Args:
        entry: The file's entry in the manifest.
        kind: What `--kind auto` takes the file for.
        records: Its passages and conversations in order, as dicts.
        rejects: Its rejects, as dicts.
    """
    found = [f"taken for {kind}, expected {entry['kind']}"] if kind not in entry["kind"].split("|") else []
    found += _counted(entry, len(records), len(rejects))
    found += _reasoned(entry.get("reasons", []), rejects)
    found += _titled(entry, records)
    found += _worded(entry, "\n".join(map(text_of, records)))
    found += _factual(entry, records)
    return found + list(dict.fromkeys(_anchored(records)))
