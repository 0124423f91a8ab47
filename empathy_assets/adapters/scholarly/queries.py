"""The list of what is searched for: policy plus lines dropped in landing.

Lives here: reading and merging both. Must not live here: asking anybody.
"""

import hashlib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from empathy_assets.adapters.scholarly.settings import SERVICES
from empathy_assets.engines.reading.papers.markup import decoded
from empathy_assets.engines.reading.papers.work import refused
from empathy_assets.policy.load import PolicyError, number, table
from empathy_assets.records.ids import digest, normalised
from empathy_assets.records.reject import Reject

_MAX_FILE_BYTES = 1_000_000  # a hand-written list of queries is a few kilobytes


class Query(BaseModel):
    """One search, the services it goes to and how many works are wanted of each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(min_length=1, description="What is searched for, in words.")
    services: tuple[str, ...] = Field(default=SERVICES, description="Services that are asked.")
    max_results: int = Field(default=100, ge=1, description="Works wanted of each service.")


def policy_queries() -> list[Query]:
    """Return the queries of `policy/queries.toml`.

    Raises:
        PolicyError: A query names an unknown service or has no text.
    """
    policy: dict[str, Any] = table("queries")
    default, most = tuple(policy["services"]), int(number("queries", "max_results"))
    found: list[Query] = []
    for entry in policy.get("query", []):
        query = Query(
            text=entry.get("text", ""), services=tuple(entry.get("services", default)), max_results=entry.get("max_results", most)
        )
        if unknown := sorted(set(query.services) - set(SERVICES)):
            raise PolicyError(f"queries.toml: query {query.text!r} names services {unknown}; expected some of {list(SERVICES)}")
        found.append(query)
    return found


def landed_queries(landing: Path) -> tuple[list[Query], list[Reject]]:
    """Return the queries dropped in `landing/queries/*.txt`, one per line; `#` starts a comment line, hidden files do not count.

    A line longer than policy allows and a file that cannot be read become rejects.
    """
    most, longest = int(number("queries", "max_results")), int(number("scholarly", "http.max_query_chars"))
    services = tuple(table("queries")["services"])
    found: list[Query] = []
    rejects: list[Reject] = []
    for path in sorted(p for p in (landing / "queries").glob("*.txt") if not p.name.startswith(".")):
        relative = path.relative_to(landing).as_posix()
        data, problem = _content(path)
        if problem:
            rejects.append(refused("unreadable", file=relative, detail=problem, remedy="Land a plain text file, one query per line."))
        for line, text in enumerate(decoded(data).splitlines(), start=1):
            text = " ".join(text.split())
            if not text or text.startswith("#"):
                continue
            if len(text) > longest:
                detail = f"found {len(text)} characters, expected at most {longest}"
                problem = refused(
                    "query-too-long", position=f"line {line}", file=relative, detail=detail, remedy="Shorten the query to its key words."
                )
                rejects.append(problem.model_copy(update={"file_sha256": hashlib.sha256(data).hexdigest()}))
            else:
                found.append(Query(text=text, services=services, max_results=most))
    return found, rejects


def _content(path: Path) -> tuple[bytes, str]:
    """Return the bytes of a query file, or why they are not read."""
    try:
        if path.is_symlink() or path.stat().st_size > _MAX_FILE_BYTES:
            return b"", f"found a link or more than {_MAX_FILE_BYTES} bytes, expected a short list of queries"
        return path.read_bytes(), ""
    except OSError as error:
        return b"", f"{type(error).__name__}: {error.strerror}"


def all_queries(landing: Path) -> tuple[list[Query], list[Reject]]:
    """Return policy's and landed queries without repetitions (case and white space aside), policy's first."""
    dropped, rejects = landed_queries(landing)
    unique: dict[str, Query] = {}
    for query in [*policy_queries(), *dropped]:
        unique.setdefault(normalised(query.text), query)
    return list(unique.values()), rejects


def fingerprint(queries: list[Query]) -> str:
    """Return the hash of a query list; a sensor compares it to see whether the list has changed."""
    return digest(*(query.model_dump_json() for query in queries))
