"""Tables of conversations: question-answer rows, one row per utterance, growing windows, histories.

Lives here: rows in, dialogues with their first and last row out. Must not live here: role names, the shape of single JSON records.
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.roles import Turn, chat_log
from empathy_assets.engines.reading.shapes import Dialogue, dialogues, labels_of, names, plain, record_id
from empathy_assets.policy.load import number

Placed = tuple[int, int, Dialogue | ReadError]
"""First row, last row (1-based, header excluded) and the dialogue or why there is none."""

_WINDOW = re.compile(r"^\s*[\d.]+\s+(?P<who>\d)\s+(?P<turn>\d+)\s+(?:\[[^\]]{1,60}\]\s*)?(?P<text>.*)$", re.DOTALL)
_WINDOW_SPLIT = re.compile(r"\s+EOS\s+")
_HISTORY_SPLIT = re.compile(r"\s*</s>\s*")
_START = "<START>"


def is_windows(first_line: str) -> bool:
    """Return whether a line is a window of `flag speaker turn text` segments joined by ` EOS `."""
    return " EOS " in first_line and all(_WINDOW.match(part) for part in _WINDOW_SPLIT.split(first_line.strip()))


def windows(rows: Iterable[tuple[int, str]]) -> Iterator[Placed]:
    """Yield dialogues from growing windows: segments of one dialogue are put together by turn number; a smaller one begins the next."""
    held: dict[int, Turn] = {}
    first = last = 0
    for line, text in rows:
        segments = [m for m in map(_WINDOW.match, _WINDOW_SPLIT.split(text.strip())) if m]
        if not segments:
            if text.strip():
                yield line, line, ReadError("spoiled-record", f"no window of `flag speaker turn text`: {text[:60]!r}")
            continue
        found = {int(m["turn"]): ("user" if m["who"] == "0" else "assistant", m["text"]) for m in segments}
        if held and (max(found) <= max(held) or any(held.get(k, v) != v for k, v in found.items())):
            yield first, last, Dialogue([held[k] for k in sorted(held)])
            held = {}
        first, last = (first if held else line), line
        held.update(found)
    if held:
        yield first, last, Dialogue([held[k] for k in sorted(held)])


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

    def __init__(self, lines: Iterable[str], delimiter: str) -> None:
        csv.field_size_limit(int(number("reading", "limits.csv_field_mib")) << 20)
        self._rows = csv.reader(lines, delimiter=delimiter)
        try:
            header = next(self._rows, [])
        except csv.Error as error:
            raise ReadError("field-too-large", f"in the header: {error}", "row 0") from None
        self.columns = [plain(name) or f"unnamed{i}" for i, name in enumerate(header)]

    def _pick(self, key: str) -> int:
        return next((self.columns.index(name) for name in names(key) if name in self.columns), -1)

    def dialogues(self) -> Iterator[Placed]:
        """Yield the dialogues of the table.

        Raises:
            ReadError: `unknown-shape` where the columns are of no known kind.
        """
        who, text, session = self._pick("turn_role"), self._pick("turn_text"), self._pick("record_id")
        if self._pick("history") >= 0 and self._pick("answer") >= 0 and "speakerturn" in self.columns:
            yield from self._histories()
        elif who >= 0 and text >= 0 and session >= 0 and who != text:
            yield from self._sessions(who, text, session)
        elif self._pick("answer") >= 0 or self._pick("turn_lists") >= 0 or text >= 0:
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

    def _records(self) -> Iterator[Placed]:
        for index, row in self._numbered():
            if isinstance(row, ReadError):
                yield index, index, row
                continue
            try:
                yield index, index, self._record(self._fields(row))
            except ReadError as error:
                yield index, index, error

    def _record(self, fields: dict[str, str]) -> Dialogue:
        """Return the dialogue of one row: a list in a cell, a chat log in a cell, or question and answer columns."""
        for name in (*names("turn_lists"), *names("turn_text")):
            cell = fields.get(name, "")
            if cell.lstrip()[:1] == "[":
                parsed = _literal(cell)
                if isinstance(parsed, list):
                    found = next(dialogues(parsed))
                    return Dialogue(found.turns, record_id(fields), labels_of(fields))
            turns = chat_log(cell) if cell else []
            if turns:
                return Dialogue(turns, record_id(fields), labels_of(fields))
        question = next((fields[n] for n in names("question") if fields.get(n, "").strip()), "")
        question = question or next((fields[n] for n in names("title") if fields.get(n, "").strip()), "")
        answer = next((fields[n] for n in names("answer") if fields.get(n, "").strip()), "")
        if "instruction" in fields and fields.get("input", "").strip():
            question = f"{fields['instruction']}\n\n{fields['input']}".strip()
        if not question.strip() or not answer.strip():
            raise ReadError("one-sided", "the row lacks the question or the answer")
        return Dialogue([("user", question), ("assistant", answer)], record_id(fields), labels_of(fields))

    def _sessions(self, who: int, text: int, session: int) -> Iterator[Placed]:
        """Yield dialogues from rows of single utterances; rows repeated for other annotators count once."""
        order, found = self._pick("utterance_id"), dict[str, _Session]()
        for index, row in self._numbered():
            if isinstance(row, ReadError):
                yield index, index, row
                continue
            if len(row) <= max(who, text, session):
                yield index, index, ReadError("spoiled-record", f"{len(row)} fields, expected {len(self.columns)}")
                continue
            place = found.setdefault(row[session].strip(), _Session(index, index))
            place.last = index
            place.labels = place.labels or labels_of(self._fields(row))
            rank = _rank(row[order]) if 0 <= order < len(row) and order != session else float(index)
            place.add(rank, index, row[who], row[text].replace("_comma_", ","), numbered=order >= 0)
        for key, place in found.items():
            turns = [(name, said) for _, _, name, said in sorted(place.turns, key=lambda t: t[:2])]
            yield place.first, place.last, Dialogue(turns, key, place.labels)

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


def _literal(cell: str) -> Any:
    """Return a list written into a cell as JSON or as Python prints it, else None."""
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(cell)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return None
