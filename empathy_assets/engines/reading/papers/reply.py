"""JSON replies as they arrive: decoded, bounded, salvaged record by record.

Lives here: bytes to a list of JSON objects under known keys, and what all JSON parsers check alike.
Must not live here: one service's field names.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, cast

from empathy_assets.engines.reading.papers.limits import limited
from empathy_assets.engines.reading.papers.markup import decoded
from empathy_assets.engines.reading.papers.work import Parsed, Work, refused
from empathy_assets.policy.load import number
from empathy_assets.records.reject import Reject

Json = Any
"""A value out of a JSON reply; each parser checks the type where it reads."""

_REFETCH = "Fetch the page again; a dropped connection or a proxy's error page leaves such a reply."


def depth_exceeded(text: str) -> bool:
    """Return whether brackets nest deeper than policy allows, without recursion (brackets inside strings are skipped)."""
    limit, depth = int(number("scholarly", "read.max_depth")), 0
    for mark in re.finditer(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', text, re.DOTALL):
        if mark.group() in "[{":
            depth += 1
            if depth > limit:
                return True
        elif mark.group() in "]}":
            depth -= 1
    return False


def loaded(data: bytes, lists: Iterable[str]) -> tuple[Json, list[Reject]]:
    """Return the JSON value in `data`; of a cut reply, `{key: [whole records]}` for the first of the keys `lists` found in it.

    Returns:
        The value (None if there is nothing to use) and the rejects that say what is missing.
    """
    text = decoded(data).lstrip("\ufeff").strip()
    if text.startswith("<"):
        return None, [refused("html", detail=f"found markup ({text[:60]!r}), expected JSON", remedy=_REFETCH)]
    if depth_exceeded(text):
        return None, [
            refused(
                "too-deep", detail="the JSON nests deeper than any service's replies do", remedy="Land the reply as the service gave it."
            )
        ]
    try:
        return json.loads(text, strict=False), []
    except (ValueError, RecursionError):
        return _salvaged(text, lists)


def _salvaged(text: str, lists: Iterable[str]) -> tuple[Json, list[Reject]]:
    starts = [(m.end(), key) for key in lists if (m := re.search(rf'"{re.escape(key)}"\s*:\s*\[', text))]
    begin, key = min(starts, default=(0, ""))
    records, stopped = _records(text, begin)
    if not records:
        return None, [refused("not-json", detail=f"found {text[:60]!r}, expected a JSON reply", remedy=_REFETCH)]
    rest = text[stopped:].strip(" \r\n\t,]}")
    rejects: list[Reject] = []
    if rest:
        detail = f"the reply breaks off or is damaged at character {stopped}; {len(records)} whole records before it were kept"
        rejects = [refused("truncated", position=f"record {len(records) + 1}", detail=detail, remedy=_REFETCH)]
    return ({key: records} if key else records), rejects


def _records(text: str, position: int) -> tuple[list[Json], int]:
    """Return the objects that follow one another from `position` (also one per line), and where they end."""
    decoder = json.JSONDecoder(strict=False)
    found: list[Json] = []
    while match := re.compile(r"[\s,\[]*(?=\{)").match(text, position):
        try:
            value, position = decoder.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            return found, match.end()
        found.append(value)
    return found, position


def listed(value: Json, *path: str) -> list[Json]:
    """Return the list at a path of keys, or an empty list if anything else is there."""
    found = at(value, *path)
    return cast("list[Json]", found) if isinstance(found, list) else []


def records_of(value: Json, *path: str) -> list[Json]:
    """Return the records of a reply: a bare list, the list at `path`, or the value itself if it is one record."""
    if isinstance(value, list):
        return cast("list[Json]", value)
    return listed(value, *path) if at(value, *path) is not None or not value else [value]


def at(value: Json, *path: str) -> Json:
    """Return the value at a path of keys, or None as soon as a step is missing or no object."""
    for key in path:
        value = mapping(value).get(key)
    return value


def mapping(value: Json) -> dict[str, Json]:
    """Return a JSON object, or an empty one for anything else."""
    return cast("dict[str, Json]", value) if isinstance(value, dict) else {}


def each(records: Iterable[Json], build: Callable[[dict[str, Json], str], Work | None]) -> Parsed:
    """Return the works `build` makes of the records; what is no object or no citation becomes that record's reject.

    Args:
        records: JSON values, objects where all is well.
        build: Makes a work from a record and its position, or None if it names neither title nor identifier.
    """
    works: list[Work] = []
    kept, rejects = limited(list(records))
    for index, record in enumerate(kept, start=1):
        position = f"record {index}"
        if not isinstance(record, dict):
            detail = f"found a {type(record).__name__}, expected an object"
            rejects.append(refused("not-an-object", position=position, detail=detail, remedy=_REFETCH))
        elif (work := build(mapping(record), position)) is None:
            detail = f"found fields {sorted(mapping(record))[:8]}, expected a title"
            rejects.append(refused("no-citation", position=position, detail=detail, remedy="Ask the service for title and abstract too."))
        else:
            works.append(work)
    return works, rejects


def service_error(value: Json) -> list[Reject]:
    """Return the reject for a reply that says only what went wrong, or an empty list."""
    body = mapping(value)
    for key in ("error", "message", "errMsg", "errorMessage"):
        if isinstance(body.get(key), str) and len(body) <= 4:
            detail = f"the service answered: {body[key][:200]}"
            return [refused("service-error", detail=detail, remedy="Correct the request and fetch again.")]
    return []
