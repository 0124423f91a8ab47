"""The reply store: dialogues that a language model was paid for, by row, so that nothing is asked twice.

Replies lie under their kind, model and prompt; within, each is keyed by its row alone. A new grammar, another endpoint or a
longer plan asks for none of them again; another prompt or model asks for all. Files are only ever added, each whole or not at all, so that
processes may share a store and a kill costs what was in flight.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
from upath import UPath

from empathy_assets.adapters.storage import atomic_file
from empathy_assets.records.ids import digest

_SCHEMA = {"key": pl.String, "row_id": pl.String, "turns": pl.String, "verdict": pl.String}
_PAIR_FREE = ("row_id", "bias_value")  # what the members of a pair do not share


@dataclass(frozen=True)
class Reply:
    """One accepted reply.

    Attributes:
        turns: The dialogue as the model wrote it; where it stands for a pair, the attribute's words are still marks.
        verdict: What the judge said of it; empty: it was not judged.
    """

    turns: list[dict[str, str]]
    verdict: dict[str, Any]


def reply_key(row: Mapping[str, Any]) -> str:
    """Return the key of the reply that answers a plan row (whose passage id is a hash of its text); members of a pair have the same."""
    paired = bool(row["pair_id"])
    fields = {k: v for k, v in row.items() if k != "backend" and not (paired and k in _PAIR_FREE)}
    return sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


class ReplyStore:
    """The replies of one kind, model and prompt."""

    def __init__(self, folder: Path, kind: str, model: str, prompt: str) -> None:
        self._folder = folder / f"{kind}-{digest(model, prompt)[:24]}"

    def load(self) -> dict[str, Reply]:
        """Return the replies by key; a damaged file is passed over, its rows are asked again."""
        found: dict[str, Reply] = {}
        for path in sorted(self._folder.glob("*.parquet")):
            try:
                rows = pl.read_parquet(path)
            except pl.exceptions.PolarsError:
                continue
            for row in rows.iter_rows(named=True):
                found.setdefault(row["key"], Reply(json.loads(row["turns"]), json.loads(row["verdict"])))
        return found

    def add(self, replies: Iterable[tuple[str, str, Reply]]) -> None:
        """Keep (key, row id, reply) triples."""
        rows = [
            {"key": k, "row_id": i, "turns": json.dumps(r.turns, ensure_ascii=False), "verdict": json.dumps(r.verdict, ensure_ascii=False)}
            for k, i, r in replies
        ]
        if rows:
            path = self._folder / f"{digest(*sorted(r['key'] for r in rows))[:24]}.parquet"
            with atomic_file(UPath(path)) as scratch:
                pl.DataFrame(rows, schema=_SCHEMA).write_parquet(scratch)
