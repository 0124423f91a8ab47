"""Scoring of conversations: a whole frame at once, and single rows of a stream.

Lives here: which turns each judge sees, how turn scores become the scores of a conversation, and the row interface of `empathy score`.
Must not live here: weights, thresholds, gates, files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from empathy_assets.engines.scoring.crisis import CrisisDetector
from empathy_assets.engines.scoring.ears import EARS, EarsScorer
from empathy_assets.engines.scoring.evidence import best_sentences
from empathy_assets.policy.load import number
from empathy_assets.records.arrow import polars_schema, set_fields
from empathy_assets.records.conversation import Conversation

_DECIMALS = 6  # sums differ by 1e-17 with the chunk a row stands in; no stored figure shall
_CHUNK = 4096  # conversations scored at once: bounds memory at a few hundred MB whatever the size of the frame
_ROWS = 512
_CLIENT, _COUNSELLOR = "user", "assistant"


def score_conversations(frame: pl.DataFrame, detector: CrisisDetector, scorer: EarsScorer) -> pl.DataFrame:
    """Return `frame` with `scores` filled by the two judges; other fields of `scores` are kept.

    The crisis score is the highest over the client's turns; EARS is judged over the assistant's turns, each with the client's turn
    before it.
    A conversation without assistant turns gets EARS 0, one without client turns crisis 0.

    Args:
        frame: Schema of `Conversation` (more columns are carried along).
        detector: What judges client turns.
        scorer: What judges assistant turns.
    """
    if frame.is_empty():
        return frame
    parts = [_score_chunk(frame.slice(start, _CHUNK), detector, scorer) for start in range(0, frame.height, _CHUNK)]
    return pl.concat(parts)


def _score_chunk(frame: pl.DataFrame, detector: CrisisDetector, scorer: EarsScorer) -> pl.DataFrame:
    turns = _turns(frame)
    client = turns.filter(pl.col("role") == _CLIENT)
    crisis = _crisis(client, frame.height, detector)
    reply = turns.filter(pl.col("role") == _COUNSELLOR)
    owners = reply["row"].to_numpy()
    contexts, responses = reply["before"].to_list(), reply["content"].to_list()
    probabilities = _distinct_turns(contexts, responses, scorer)
    found = scorer.conversations(probabilities, owners, frame.height)
    evidence = best_sentences(reply["turn"].to_numpy(), owners, responses, probabilities, frame.height, scorer)
    columns: dict[str, pl.Series] = {
        "ears": pl.Series(found.ears).round(_DECIMALS),
        **{c: pl.Series(found.components[c]).round(_DECIMALS) for c in EARS},
        "penalty": pl.Series(np.clip(found.penalty, 0.0, 1.0)).round(_DECIMALS),
        "evidence": pl.Series(evidence, dtype=_evidence_type()),
        **crisis,
    }
    scratch = frame.with_columns(*(series.alias(f"__{name}") for name, series in columns.items()))
    values: dict[str, pl.Expr | str] = {name: pl.col(f"__{name}") for name in columns}
    values |= {"detector_version": detector.version, "scorer_version": scorer.version}
    return scratch.with_columns(set_fields("scores", **values)).select(frame.columns)


def _evidence_type() -> pl.DataType:
    """Return the polars type of `scores.evidence`."""
    scores = polars_schema(Conversation)["scores"]
    assert isinstance(scores, pl.Struct)  # noqa: S101 - narrows for the type checker
    return next(field.dtype for field in scores.fields if field.name == "evidence")  # type: ignore[return-value]


def _turns(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row per turn: conversation `row`, index `turn`, `role`, `content`, and `before`, the client's last turn before it."""
    said = pl.when(pl.col("role") == _CLIENT).then(pl.col("content"))
    return (
        frame.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), "turns")
        .explode("turns")
        .filter(pl.col("turns").is_not_null())
        .unnest("turns")
        .with_columns(
            pl.int_range(pl.len(), dtype=pl.Int64).over("row").alias("turn"),
            said.forward_fill().over("row").fill_null("").alias("before"),
        )
    )


def _crisis(client: pl.DataFrame, count: int, detector: CrisisDetector) -> dict[str, pl.Series]:
    """Return the crisis columns of `count` conversations from their client turns."""
    texts = client["content"].to_list()
    owners = client["row"].to_numpy()
    asked = _likeliest(detector.screen(texts), owners)
    per_turn = np.zeros(len(texts))
    per_turn[asked] = detector.score([texts[k] for k in asked])
    score = np.zeros(count)
    np.maximum.at(score, owners, per_turn)
    flagged = score >= detector.threshold
    # The turn with the highest score names the category: sort by (row, score) and keep the last of each row.
    order = np.lexsort((per_turn, owners))
    last = order[np.flatnonzero(np.diff(owners[order], append=-1))] if len(order) else order
    worst = [k for k in last if flagged[owners[k]]]
    names = [""] * count
    for k, name in zip(worst, detector.category([texts[k] for k in worst]), strict=True):
        names[int(owners[k])] = name
    return {
        "crisis": pl.Series(score).round(_DECIMALS),
        "crisis_flagged": pl.Series(flagged),
        "crisis_severe": pl.Series(score >= detector.severe_threshold),
        "crisis_category": pl.Series(names, dtype=pl.String),
    }


def _likeliest(screened: NDArray[np.float64], owners: NDArray[Any]) -> NDArray[np.int64]:
    """Return the indices, ascending, of each conversation's client turns that the cheap tier ranks highest.

    A conversation's score is that of its worst turn, so the encoder need not see the others (policy `crisis.conversation_turns`).
    """
    order = np.lexsort((-screened, owners))
    first = np.searchsorted(owners[order], owners[order])
    rank = np.arange(len(order)) - first
    return np.sort(order[rank < int(number("judges", "crisis.conversation_turns"))])


def _distinct_turns(contexts: Sequence[str], responses: Sequence[str], scorer: EarsScorer) -> dict[str, NDArray[Any]]:
    """Return the scorer's probabilities, each distinct pair judged once."""
    index: dict[tuple[str, str], int] = {}
    place = np.array([index.setdefault(pair, len(index)) for pair in zip(contexts, responses, strict=True)], dtype=np.int64)
    found = scorer.turns([context for context, _ in index], [response for _, response in index])
    return {component: values[place] for component, values in found.items()}


def score_rows(rows: Iterable[Mapping[str, Any] | str], detector: CrisisDetector, scorer: EarsScorer) -> Iterator[dict[str, Any]]:
    """Yield one result per row, in order, reading `rows` only a few hundred ahead.

    A row is a mapping `{"id","text"}`, `{"id","context","response"}` or `{"id","messages"}`, or a string that says why the line could
    not be read.
    A row that is none of these yields `{"id", "error"}`.
    """
    stream = iter(rows)
    while batch := list(islice(stream, _ROWS)):
        yield from _score_batch(batch, detector, scorer)


def _score_batch(batch: Sequence[Mapping[str, Any] | str], detector: CrisisDetector, scorer: EarsScorer) -> Iterator[dict[str, Any]]:
    read = [_read(row) for row in batch]
    client = [text for row in read if not isinstance(row, str) for text in row[0]]
    crisis = dict(zip(client, detector.score(client).tolist(), strict=True)) if client else {}
    pairs = [pair for row in read if not isinstance(row, str) for pair in row[1] or []]
    owners = np.array([i for i, row in enumerate(read) if not isinstance(row, str) for _ in row[1] or []], dtype=np.int64)
    responses = [response for _, response, _ in pairs]
    probabilities = scorer.turns([context for context, _, _ in pairs], responses)
    found = scorer.conversations(probabilities, owners, len(read))
    evidence = best_sentences(np.array([turn for *_, turn in pairs], dtype=np.int64), owners, responses, probabilities, len(read), scorer)
    for i, (raw, row) in enumerate(zip(batch, read, strict=True)):
        identity = raw.get("id") if isinstance(raw, Mapping) else None
        if isinstance(row, str):
            yield {"id": identity, "error": row}
            continue
        result: dict[str, Any] = {"id": identity, "crisis": _crisis_result(row[0], crisis, detector)}
        if row[1] is not None:
            ears = {component: round(float(found.components[component][i]), 6) for component in EARS}
            result["ears"] = {**ears, "overall": round(float(found.ears[i]), 6), "evidence": evidence[i]}
        yield result


def _crisis_result(texts: Sequence[str], scores: Mapping[str, float], detector: CrisisDetector) -> dict[str, Any]:
    """Return the `crisis` object of a row; spans are character ranges of client text number `text`, the highest-scoring one."""
    worst = max(range(len(texts)), key=lambda k: scores[texts[k]], default=-1)
    score = scores[texts[worst]] if worst >= 0 else 0.0
    flagged = score >= detector.threshold
    spans = [{"text": worst, "start": a, "end": b, "score": round(s, 6)} for a, b, s in detector.spans(texts[worst])] if flagged else []
    category = detector.category([texts[worst]])[0] if flagged else None
    return {
        "score": round(score, 6),
        "flagged": bool(flagged),
        "severe": bool(score >= detector.severe_threshold),
        "category": category,
        "spans": spans,
    }


_Read = tuple[list[str], list[tuple[str, str, int]] | None]


def _read(row: Mapping[str, Any] | str) -> _Read | str:
    """Return (client texts, (context, response, turn) of assistant turns or None), or what is wrong with the row."""
    if isinstance(row, str):
        return row
    if isinstance(row.get("text"), str):
        return [row["text"]], None
    if isinstance(row.get("messages"), list):
        return _dialogue(row["messages"])
    if isinstance(row.get("response"), str) and isinstance(row.get("context", []), list):
        context = row.get("context", [])
        before = _dialogue(context)
        if isinstance(before, str):
            return before
        return before[0], [(before[0][-1] if before[0] else "", row["response"], len(context))]
    return (
        f"found keys {sorted(map(str, row))}; expected id and one of: text (string), context (list) with response (string), messages (list)"
    )


def _dialogue(messages: Sequence[Any]) -> _Read | str:
    """Return client texts and assistant turns of a list of messages, or what is wrong with it."""
    client: list[str] = []
    replies: list[tuple[str, str, int]] = []
    for i, raw in enumerate(messages):
        message: dict[str, Any] = cast(dict[str, Any], raw) if isinstance(raw, dict) else {}
        if not isinstance(message.get("role"), str) or not isinstance(message.get("content"), str):
            return f"message {i} is not an object with the strings role and content; found a {type(cast(object, raw)).__name__}"
        if message["role"] == _CLIENT:
            client.append(message["content"])
        elif message["role"] == _COUNSELLOR:
            replies.append((client[-1] if client else "", message["content"], i))
    return client, replies
