"""JSON replies as they arrive: decoded, bounded, salvaged record by record.

Lives here: bytes to a list of JSON objects under known keys, and what all JSON parsers check alike.
Must not live here: one service's field names.
"""

import io
import json
import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, cast

from empathy_assets.engines.reading.papers.limits import limited, max_records
from empathy_assets.engines.reading.papers.markup import decoded
from empathy_assets.engines.reading.papers.work import Parsed, Work, refused
from empathy_assets.policy.load import number
from empathy_assets.records.reject import Reject

_HALVES = re.compile(r"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}")

Json = Any
"""A value out of a JSON reply; each parser checks the type where it reads."""

_ERROR_KEYS = 6  # an error body has few keys; a record may carry a `message` beside its many fields
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

    Several values one after the other (one work or one page per line, as researchers save them) come back as one list.

    Returns:
        The value (None if there is nothing to use) and the rejects that say what is missing.
    """
    text = _whole_characters(decoded(data).lstrip("\ufeff").strip())
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
        return _lines(text) if _is_lines(text) else _salvaged(text, lists)


def _whole_characters(text: str) -> str:
    """Return JSON without escapes of half a character: half of a surrogate pair cannot be stored and would cost the whole file."""
    return _HALVES.sub(lambda found: found[1] or "\\ufffd", text) if "\\ud" in text or "\\uD" in text else text


def _is_lines(text: str) -> bool:
    """Return whether one of the first lines is a whole object by itself; a reply printed over several lines never starts so."""
    for line in islice(io.StringIO(text), 3):
        if line.startswith("{") and len(line) > 2:  # `{}` may stand inside a pretty-printed reply
            try:
                json.loads(line, strict=False)
            except (ValueError, RecursionError):
                continue
            return True
    return False


def _lines(text: str) -> tuple[Json, list[Reject]]:
    found: list[Json] = []
    rejects: list[Reject] = []
    for row, line in enumerate(io.StringIO(text), start=1):
        piece = line.strip().rstrip(",")
        try:
            found += _values(piece)
        except (ValueError, RecursionError):
            detail = f"found {piece[:60]!r}, expected one JSON object"
            remedy = "Save the file again, one work a line."
            rejects.append(refused("damaged-record", position=f"line {row}", detail=detail, remedy=remedy))
            if len(rejects) >= max_records():
                break
    return found, rejects


def _values(text: str) -> list[Json]:
    """Return the JSON values that stand one after the other in a line."""
    decoder, position, found = json.JSONDecoder(strict=False), 0, list[Json]()
    while position < len(text):
        value, position = decoder.raw_decode(text, position)
        found += cast("list[Json]", value) if isinstance(value, list) else [value]
        while text[position : position + 1] in (" ", ",", "\t"):
            position += 1
    return found


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
    """Return the records of a reply, of several, or of none: a bare list, the list at `path`, or the value itself if it is one record."""
    if isinstance(value, list):
        entries = cast("list[Json]", value)
        return [record for entry in entries for record in (listed(entry, *path) if at(entry, *path) is not None else [entry])]
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
        if record is None:
            detail = "found null, which a service answers for an identifier it does not know"
            rejects.append(refused("not-found", position=position, detail=detail, remedy="Correct the identifier and fetch again."))
        elif not isinstance(record, dict):
            detail = f"found a {type(record).__name__}, expected an object"
            rejects.append(refused("not-an-object", position=position, detail=detail, remedy=_REFETCH))
        elif (work := build(mapping(record), position)) is None:
            detail = f"found fields {sorted(mapping(record))[:8]}, expected a title"
            rejects.append(refused("no-citation", position=position, detail=detail, remedy="Ask the service for title and abstract too."))
        else:
            works.append(work)
    return works, rejects


def service_error(value: Json) -> list[Reject]:
    """Return the reject for a reply that says only what went wrong, or lists identifiers only; else an empty list."""
    body = mapping(value)
    problems = [at(problem, "message") for problem in listed(body, "message")] + [at(body, "esearchresult", "ERROR")]
    problems += [body.get(key) for key in ("error", "message", "errMsg", "errorMessage")] if len(body) <= _ERROR_KEYS else []
    if said := [problem for problem in problems if isinstance(problem, str) and problem.strip()]:
        detail = f"the service answered: {'; '.join(said)[:200]}"
        return [refused("service-error", detail=detail, remedy="Correct the request and fetch again.")]
    if "esearchresult" in body or "linksets" in body or isinstance(at(body, "result", "uids"), list):
        detail = "found a reply of E-utilities that lists identifiers or citations only"
        return [refused("no-abstracts", detail=detail, remedy="Land the efetch reply (rettype=abstract, retmode=xml) instead.")]
    return []
