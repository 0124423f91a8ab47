"""Tables of conversations: question-answer rows, one row per utterance, growing windows, histories.

Lives here: rows in, dialogues with their first and last row out. Must not live here: role names, the shape of single JSON records.
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, pairwise
from typing import Any

from empathy_assets.engines.reading.dialect import Dialect
from empathy_assets.engines.reading.fields import names, plain
from empathy_assets.engines.reading.labels import labels_of
from empathy_assets.engines.reading.lenient import value_at
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.roles import Turn
from empathy_assets.engines.reading.shapes import Dialogue, dialogues
from empathy_assets.engines.reading.turn_lines import Placed
from empathy_assets.policy.load import number

_HISTORY_SPLIT = re.compile(r"\s*</s>\s*")
_START = "<START>"
_ADJACENT = re.compile(r"""(['"])\s*\n\s*(?=['"])""")
_HEADERLESS = ["id", "question", "answer"]
_PROSE_WORDS = 5
_LOOK_AHEAD = 50
_MIN_ROWS = 4


@dataclass
class _Session:
    first: int
    last: int
    turns: list[tuple[float, int, str, str]] = field(default_factory=list[tuple[float, int, str, str]])
    seen: set[tuple[float, str]] = field(default_factory=set[tuple[float, str]])
    labels: dict[str, Any] = field(default_factory=dict[str, Any])

    def add(self, rank: float, index: int, who: str, text: str, *, numbered: bool) -> None:
        """Keep an utterance unless it is one already kept, repeated for another annotator."""
        repeated = (rank, who) in self.seen if numbered else bool(self.turns) and self.turns[-1][2:] == (who, text)
        self.seen.add((rank, who))
        if not repeated:
            self.turns.append((rank, index, who, text))


class Table:
    """A CSV or TSV with a header: the columns, what kind of table they make, and its dialogues."""

    def __init__(self, lines: Iterable[str], dialect: Dialect) -> None:
        csv.field_size_limit(int(number("reading", "limits.csv_field_mib")) << 20)
        rows = csv.reader(lines, **dialect.options())
        try:
            header = next(islice(rows, dialect.skipped, None), [])
        except csv.Error as error:
            raise ReadError("field-too-large", f"in the header: {error}", "row 0") from None
        self.columns = [plain(name) or f"unnamed{i}" for i, name in enumerate(header)]
        self._rows: Iterator[list[str]] = rows
        if _is_row(header, self.columns):
            self._rows, self.columns = chain([header], rows), _HEADERLESS[-len(header) :]

    def _pick(self, *keys: str) -> int:
        return next((self.columns.index(name) for key in keys for name in names(key) if name in self.columns), -1)

    def dialogues(self) -> Iterator[Placed]:
        """Yield the dialogues of the table.

        Raises:
            ReadError: `unknown-shape` where the columns are of no known kind.
        """
        text, session, answered = self._pick("turn_text"), self._pick("record_id"), self._pick("answer") >= 0
        who = self._pick("turn_role") if answered else self._pick("turn_role", "turn_speaker")
        if self._pick("history") >= 0 and answered and "speakerturn" in self.columns:
            yield from self._histories()
        elif who >= 0 and text >= 0 and who != text and (session >= 0 or not answered):
            yield from self._sessions(who, text, session)
        elif answered or self._pick("turn_lists") >= 0 or text >= 0:
            yield from self._records()
        else:
            raise ReadError("unknown-shape", f"columns {self.columns[:12]!r}, expected question and answer, or session, speaker and text")

    def _numbered(self) -> Iterator[tuple[int, list[str] | ReadError]]:
        """Yield the data rows with their number from 1; a row the csv module refuses carries its reason."""
        index = 0
        while True:
            index += 1
            try:
                row = next(self._rows)
            except StopIteration:
                return
            except csv.Error as error:
                reason = "field-too-large" if "field larger" in str(error) else "spoiled-record"
                yield index, ReadError(reason, f"{error}")
                continue
            if any(cell.strip() for cell in row):
                yield index, row

    def _fields(self, row: Sequence[str]) -> dict[str, str]:
        return dict(zip(self.columns, row, strict=False))

    def _surplus(self, row: Sequence[str]) -> ReadError | None:
        """Return why a row is spoiled that has more fields than the header, as an unquoted delimiter leaves it."""
        if len(row) > len(self.columns) and any(cell.strip() for cell in row[len(self.columns) :]):
            return ReadError("spoiled-record", f"{len(row)} fields, expected {len(self.columns)}: is a delimiter or a quote not escaped?")
        return None

    def _records(self) -> Iterator[Placed]:
        for index, row in self._numbered():
            problem = row if isinstance(row, ReadError) else self._surplus(row)
            if problem is not None or isinstance(row, ReadError):
                yield index, index, problem or ReadError("spoiled-record")
                continue
            try:
                yield from ((index, index, dialogue) for dialogue in self._row_dialogues(self._fields(row)))
            except ReadError as error:
                yield index, index, error

    def _row_dialogues(self, cells: dict[str, str]) -> Iterator[Dialogue]:
        """Yield the dialogues of one row: a list in a cell, a chat log in a cell, or question and answer columns."""
        fields: dict[str, Any] = {}
        for name, cell in cells.items():
            if cell.strip():
                fields[name] = (_literal(cell) or cell) if cell.lstrip()[:1] in ("[", "{") else cell
        if not any(name in fields for name in names("question")):
            fields["question"] = next((fields[name] for name in names("title") if isinstance(fields.get(name), str)), "")
        try:
            yield from dialogues(fields)
        except ReadError as error:
            if error.reason in ("unknown-shape", "wrong-type") and self._pick("answer") >= 0:
                raise ReadError("one-sided", "the row lacks the question or the answer") from None
            raise

    def _sessions(self, who: int, text: int, session: int) -> Iterator[Placed]:
        """Yield dialogues from rows of single utterances; rows repeated for other annotators count once."""
        order, found = self._pick("utterance_id"), dict[str, _Session]()
        named, (session, rows) = session, self._session_column(who, session)
        order = named if order < 0 and session < 0 else order
        parts, previous = 0, -1.0
        for index, row in rows:
            problem = row if isinstance(row, ReadError) else self._surplus(row)
            if isinstance(row, ReadError) or problem is not None or len(row) <= max(who, text, session):
                short = "" if isinstance(row, ReadError) else f"{len(row)} fields, expected {len(self.columns)}"
                yield index, index, problem or ReadError("spoiled-record", short)
                continue
            rank = _rank(row[order]) if 0 <= order < len(row) and order != session else float(index)
            if session < 0:
                parts, previous = parts + (rank < previous), rank
            place = found.setdefault(row[session].strip() if session >= 0 else f"part {parts + 1}", _Session(index, index))
            place.last = index
            place.labels = place.labels or labels_of(self._fields(row))
            place.add(rank, index, row[who], row[text].replace("_comma_", ","), numbered=order >= 0)
        for key, place in found.items():
            turns = [(name, said) for _, _, name, said in sorted(place.turns, key=lambda t: t[:2])]
            yield place.first, place.last, Dialogue(turns, key, place.labels)

    def _session_column(self, who: int, session: int) -> tuple[int, Iterator[tuple[int, list[str] | ReadError]]]:
        """Return the column that names the session, -1 if it changes with every row and so counts them, and all rows."""
        rows = self._numbered()
        ahead = list(islice(rows, _LOOK_AHEAD))
        keys = [row[session] for _, row in ahead if isinstance(row, list) and len(row) > max(session, who)] if session >= 0 else []
        counter = len(keys) >= _MIN_ROWS and all(key != following for key, following in pairwise(keys))
        return -1 if counter else session, chain(ahead, rows)

    def _histories(self) -> Iterator[Placed]:
        """Yield dialogues from rows that hold a short history and the next supporter message."""
        history, answer, speakers = self._pick("history"), self._pick("answer"), self.columns.index("speakerturn")
        turns: list[Turn] = []
        first = last = 0
        for index, row in self._numbered():
            if isinstance(row, ReadError) or len(row) <= max(history, answer, speakers):
                yield index, index, row if isinstance(row, ReadError) else ReadError("spoiled-record", f"{len(row)} fields")
                continue
            said = _HISTORY_SPLIT.split(row[history])
            sides = ["user" if s in ("seeker", "user", "usr") else "assistant" if s != "None" else "" for s in row[speakers].split()]
            before = [(side, text) for side, text in zip(sides, said, strict=False) if side and text.strip() != _START]
            turns, fresh = _joined(turns, before, complete=bool(said) and said[0].strip() == _START)
            if fresh is not None:
                yield first, last, Dialogue(fresh)
                first = index
            first, last = first or index, index
            turns.append(("assistant", row[answer]))
        if turns:
            yield first, last, Dialogue(turns)


def _joined(turns: list[Turn], before: list[Turn], *, complete: bool) -> tuple[list[Turn], list[Turn] | None]:
    """Return the dialogue so far extended by a row's history, and the finished one if this row begins another."""
    key = [(side, " ".join(text.split())) for side, text in turns]
    new = [(side, " ".join(text.split())) for side, text in before]
    if not turns:
        return list(before), None
    if complete:
        return (list(before), None) if new[: len(key)] == key else (list(before), turns)
    for size in range(min(len(key), len(new)), 0, -1):
        if key[-size:] == new[:size]:
            return [*turns, *before[size:]], None
    return [*turns, *before], None


def _rank(text: str) -> float:
    digits = re.search(r"\d+(?:\.\d+)?", text)
    return float(digits.group()) if digits else 0.0


def _is_row(header: Sequence[str], columns: Sequence[str]) -> bool:
    """Return whether the first line of a table is a row already: two cells of running text, or three with a number before them."""
    if len(header) not in (2, 3) or any(
        column in names(key) for column in columns for key in ("question", "answer", "turn_text", "turn_lists")
    ):
        return False
    prose = [len(cell.split()) >= _PROSE_WORDS for cell in header[-2:]]
    return all(prose) and (len(header) == 2 or not header[0].strip() or header[0].strip().isdigit())


def _literal(cell: str) -> Any:
    """Return what is written into a cell as JSON or as Python or numpy print it, None if it is plain text."""
    text = _ADJACENT.sub(r"\1,", cell.strip())
    try:
        value, end = value_at(text, 0)
    except (ValueError, RecursionError):
        try:
            value, end = ast.literal_eval(text), len(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return None
    return value if isinstance(value, list | dict) and not text[end:].strip() else None
