"""Findings every conversation or passage table shares: rows, ids, versions, licences, quarantine share."""

import polars as pl

from empathy_assets.engines.checking.finding import Finding, none_of
from empathy_assets.policy.licences import accepted
from empathy_assets.records.conversation import Conversation
from empathy_assets.records.versions import SCHEMA_VERSION


def has_rows(frame: pl.DataFrame, what: str) -> Finding:
    """Fail on an empty table."""
    return Finding(frame.height > 0, f"{frame.height} {what}; at least 1 expected", {"value": frame.height, "bound": 1, "n": frame.height})


def licences(frame: pl.DataFrame) -> Finding:
    """Fail if a row has no licence or one that policy does not accept."""
    found = frame["licence"].unique().sort().to_list()
    refused = [licence for licence in found if not accepted(licence)]
    bad = frame.filter(pl.col("licence").is_in(refused))
    example = f"{bad['id'][0]} ({refused[0] or 'undeclared'})" if bad.height else ""
    return none_of(bad.height, "rows without an accepted licence", n=frame.height, example=example)


def one_schema_version(frame: pl.DataFrame) -> Finding:
    """Fail if a row carries another schema version than this code."""
    bad = frame.filter(pl.col("schema_version") != SCHEMA_VERSION)
    example = f"{bad['id'][0]} (version {bad['schema_version'][0]})" if bad.height else ""
    return none_of(bad.height, f"rows of another schema version than {SCHEMA_VERSION}", n=frame.height, example=example)


def valid_dialogues(frame: pl.DataFrame) -> Finding:
    """Fail if a dialogue is empty, has an empty turn, an unknown role, or lacks a client or a counsellor.

    Rows are records of `Conversation`; types are enforced by the IO manager, this looks at the values.
    """
    turns = pl.col("turns")
    role = turns.list.eval(pl.element().struct.field("role"))
    blank = turns.list.eval(pl.element().struct.field("content").str.strip_chars() == "").list.any()
    known = role.list.eval(pl.element().is_in(["system", "user", "assistant"])).list.all()
    broken = ~(role.list.contains("user") & role.list.contains("assistant") & known) | blank | (pl.col("id") == "")
    bad = frame.filter(broken.fill_null(True))
    example = str(bad["id"][0]) if bad.height else ""
    return none_of(bad.height, f"rows that are no valid {Conversation.__name__}", n=frame.height, example=example)


def quarantine_share(rejected: int, kept: int, limit: float) -> Finding:
    """Fail if more than `limit` of what was landed ended in quarantine."""
    total = rejected + kept
    share = rejected / total if total else 0.0
    sentence = f"{rejected} of {total} landed items quarantined ({share:.1%}); at most {limit:.0%} expected"
    return Finding(share <= limit, sentence, {"value": share, "bound": limit, "n": total})
