"""Chunks: plan rows in the portions that Data Designer runs, and what the grammar wrote of each, kept under a hash of what it depends on.

A killed run continues with the first chunk that is not kept; a second run reads all of them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
from upath import UPath

from empathy_assets.adapters.storage import atomic_file
from empathy_assets.engines import sentences
from empathy_assets.engines.generating import banks
from empathy_assets.engines.generating.banks import load_bank
from empathy_assets.engines.generating.grammar.writing import passages_by_id
from empathy_assets.engines.generating.voices.landed import voices_of
from empathy_assets.engines.generating.voices.profile import VoiceProfile
from empathy_assets.policy.load import POLICY_DIR
from empathy_assets.records.arrow import SchemaMismatchError, conform
from empathy_assets.records.conversation import Conversation
from empathy_assets.records.versions import PIPELINE_VERSION, SCHEMA_VERSION


@dataclass(frozen=True)
class Material:
    """What plan rows are written from: passages by id, voices by persona."""

    passages: Mapping[str, dict[str, Any]]
    voices: Mapping[str, VoiceProfile]

    def passage(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the passage of a row, if it has one that is at hand."""
        return self.passages.get(row["passage_id"])

    def voice(self, row: Mapping[str, Any]) -> VoiceProfile | None:
        """Return the voice of a row, if it has one that can be modelled."""
        return self.voices.get(row["persona_id"])

    def of(self, rows: pl.DataFrame) -> "Material":
        """Return what of it `rows` are written from; as for the voices, all or none, since one is told apart from the others."""
        passages = {i: self.passages[i] for i in rows.get_column("passage_id").unique().sort() if i in self.passages}
        return Material(passages, self.voices if _voiced(rows) else {})


def material_of(rows: pl.DataFrame, passages: pl.DataFrame) -> Material:
    """Return what `rows` are written from; voices are read off the passages that name one."""
    return Material(passages_by_id(rows, passages), voices_of(passages).profiles if _voiced(rows) else {})


def _voiced(rows: pl.DataFrame) -> bool:
    return bool((rows.get_column("persona_id") != "").any())


def chunks_of(rows: pl.DataFrame, size: int) -> Iterator[pl.DataFrame]:
    """Yield rows of one kind at a time, at most `size` of them, in plan order."""
    for part in rows.partition_by("kind", maintain_order=True):
        yield from part.iter_slices(size)


class KeptChunk:
    """The embedded rows of one chunk on disk."""

    def __init__(self, rows: pl.DataFrame, material: Material, folder: Path) -> None:
        self._path = folder / f"{_key(rows, material)}.parquet" if rows.height else None

    def exists(self) -> bool:
        """Return whether there is a file, whole or damaged, or nothing to keep."""
        return self._path is None or self._path.exists()

    def load(self) -> pl.DataFrame | None:
        """Return the kept conversations, or None; a damaged file, or one of another schema, is as good as none."""
        if self._path is None or not self._path.exists():
            return None
        try:
            return conform(pl.read_parquet(self._path), Conversation, name=self._path.name)
        except (pl.exceptions.PolarsError, SchemaMismatchError):
            return None

    def save(self, frame: pl.DataFrame) -> None:
        """Keep the conversations, whole or not at all."""
        if self._path is not None:
            with atomic_file(UPath(self._path)) as scratch:
                frame.write_parquet(scratch)


def _key(rows: pl.DataFrame, material: Material) -> str:
    """Return a hash of everything the grammar's text depends on: rows, banks, passages, code and policy."""
    h = sha256(f"{SCHEMA_VERSION}\n{PIPELINE_VERSION}\n{rows.write_csv()}".encode())
    kind = str(rows.get_column("kind")[0])
    h.update(load_bank(kind).fingerprint.encode())
    used = material.of(rows)
    texts = [[i, s["text"], s["licence"], s["provenance"]] for i, s in used.passages.items()]
    h.update(json.dumps(texts, sort_keys=True, default=str).encode())
    if used.voices:
        h.update(json.dumps(sorted((name, voice.signature) for name, voice in used.voices.items())).encode())
    for path in (Path(sentences.__file__), *sorted(Path(banks.__file__).parent.rglob("*.py"))):
        h.update(path.read_bytes())
    for path in (POLICY_DIR / "generation.toml", POLICY_DIR / "voices.toml", *sorted((POLICY_DIR / "lexicons").glob("*.toml"))):
        h.update(path.read_bytes())
    return f"{kind}-{h.hexdigest()[:24]}"
