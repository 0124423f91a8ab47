"""Chunks: plan rows in the portions that Data Designer runs, and what the grammar wrote of each, kept under a hash of what it depends on.

A killed run continues with the first chunk that is not kept; a second run reads all of them; of a chunk some of whose rows were dealt
anew, only those are written.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
from upath import UPath

from empathy_assets.adapters.storage import atomic_file
from empathy_assets.engines import sentences
from empathy_assets.engines.generating import banks
from empathy_assets.engines.generating.banks import bank_fingerprint
from empathy_assets.engines.generating.grammar.writing import passages_by_id
from empathy_assets.engines.generating.voices.landed import voices_of
from empathy_assets.engines.generating.voices.profile import VoiceProfile
from empathy_assets.policy.load import POLICY_DIR
from empathy_assets.records.arrow import SchemaMismatchError, conform, empty_frame
from empathy_assets.records.conversation import Conversation
from empathy_assets.records.ids import digest, file_sha256
from empathy_assets.records.versions import PIPELINE_VERSION, SCHEMA_VERSION

_ROWS = "rows"  # name of the entry in a file's footer: row id -> key
_KEY = 24  # hexadecimal digits of a key
_STATES = 4  # earlier states of a chunk that are looked into
_PLAN_ROW = pl.col("provenance").struct.field("plan_row_id")


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
    """The embedded rows of one chunk on disk, and those of them that an earlier state of the chunk holds.

    A plan that was dealt anew keeps most of its rows: they are taken from the files that begin with the same row and were written by the
    same code and policy, wherever row and passage are the same.
    """

    def __init__(self, rows: pl.DataFrame, material: Material, folder: Path) -> None:
        self._rows = rows
        self._folder = folder
        self._path: Path | None = None
        if rows.height:
            kind, used = str(rows.get_column("kind")[0]), material.of(rows)
            ground = _ground(kind, used)
            self._keys = _row_keys(rows, used)
            self._slot = f"{kind}-{ground[:12]}-{rows.get_column('row_id')[0]}"
            whole = sha256("\n".join([ground, *self._keys.values()]).encode()).hexdigest()
            self._path = folder / f"{self._slot}-{whole[:24]}.parquet"

    def exists(self) -> bool:
        """Return whether there is a file, whole or damaged, or nothing to keep."""
        return self._path is None or self._path.exists()

    def load(self) -> pl.DataFrame | None:
        """Return the kept conversations, or None; a damaged file, or one of another schema, is as good as none."""
        return _conversations(self._path) if self._path is not None else None

    def save(self, frame: pl.DataFrame) -> None:
        """Keep the conversations, whole or not at all."""
        if self._path is not None:
            with atomic_file(UPath(self._path)) as scratch:
                frame.write_parquet(scratch, metadata={_ROWS: json.dumps(self._keys)})

    def spare(self) -> pl.DataFrame:
        """Return the conversations of this chunk's rows that earlier states of it hold."""
        found = [empty_frame(Conversation)]
        missing = dict(self._keys) if self._path is not None else {}
        for path in self._earlier() if missing else ():
            held = _held(path)
            same = [row_id for row_id, key in missing.items() if held.get(row_id) == key]
            frame = _conversations(path) if same else None
            if frame is not None:
                found.append(frame.filter(_PLAN_ROW.is_in(same)))
                here = set(found[-1].select(_PLAN_ROW).to_series())
                missing = {row_id: key for row_id, key in missing.items() if row_id not in here}
        return pl.concat(found)

    def due(self) -> int:
        """Return how many rows are still to be written, as far as the footers of earlier states tell: no conversation is read for it."""
        if self._path is None or self.exists():
            return 0
        missing = self._keys
        for path in self._earlier():
            held = _held(path)
            missing = {row_id: key for row_id, key in missing.items() if held.get(row_id) != key}
        return len(missing)

    def _earlier(self) -> list[Path]:
        """Return the latest files of this chunk; which of them holds a row changes nothing but the time it takes to find it."""
        states = sorted(self._folder.glob(f"{self._slot}-*.parquet"), key=lambda path: (-path.stat().st_mtime_ns, path.name))
        return [path for path in states if path != self._path][:_STATES]


def _conversations(path: Path) -> pl.DataFrame | None:
    try:
        return conform(pl.read_parquet(path), Conversation, name=path.name) if path.exists() else None
    except (pl.exceptions.PolarsError, SchemaMismatchError):
        return None


def _held(path: Path) -> dict[str, str]:
    """Return row id -> key of the rows a file was written for; none of a damaged one."""
    try:
        return json.loads(pl.read_parquet_metadata(path).get(_ROWS, "{}"))
    except (OSError, ValueError, pl.exceptions.PolarsError):
        return {}


def _row_keys(rows: pl.DataFrame, used: Material) -> dict[str, str]:
    """Return row id -> a hash of the row and its passage."""
    texts = {
        i: json.dumps([s["text"], s["licence"], s["source"], s["provenance"]], sort_keys=True, default=str)
        for i, s in used.passages.items()
    }
    lines = rows.select(pl.struct(pl.all()).struct.json_encode()).to_series()
    cited = zip(rows.get_column("row_id"), lines, rows.get_column("passage_id"), strict=True)
    return {row_id: sha256(f"{line}\n{texts.get(passage, '')}".encode()).hexdigest()[:_KEY] for row_id, line, passage in cited}


def _ground(kind: str, used: Material) -> str:
    """Return a hash of what the grammar's text depends on besides rows and passages: bank, voices, code and policy."""
    h = sha256(f"{SCHEMA_VERSION}\n{PIPELINE_VERSION}\n".encode())
    h.update(bank_fingerprint(kind).encode())
    if used.voices:
        h.update(json.dumps(sorted((name, voice.signature) for name, voice in used.voices.items())).encode())
    h.update(_code_and_policy().encode())
    return h.hexdigest()


@cache  # what this process has loaded is what writes, whatever becomes of the files
def _code_and_policy() -> str:
    """Return a hash of the grammar's code and of the policy it reads besides the banks."""
    code = (Path(sentences.__file__), *sorted(Path(banks.__file__).parent.rglob("*.py")))
    policy = (POLICY_DIR / "generation.toml", POLICY_DIR / "voices.toml", *sorted((POLICY_DIR / "lexicons").glob("*.toml")))
    return digest(*map(file_sha256, (*code, *policy)))
