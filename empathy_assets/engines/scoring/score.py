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

from empathy_assets.engines.scoring.crisis import CrisisDetector, text_key
from empathy_assets.engines.scoring.ears import EARS, EarsScorer, TurnScores
from empathy_assets.engines.scoring.ears_reader import Sentences
from empathy_assets.engines.scoring.ears_student import unsettled
from empathy_assets.engines.scoring.evidence import Evidence, best_sentences
from empathy_assets.records.arrow import polars_schema, set_fields
from empathy_assets.records.conversation import Conversation

_DECIMALS = 6  # sums differ by 1e-17 with the chunk a row stands in; no stored figure shall
_CHUNK = 4096  # conversations scored at once: bounds memory at a few hundred MB whatever the size of the frame
_ROWS = 1024
HEARD = pl.List(pl.Struct({"text": pl.String, "score": pl.Float64}))
"""Client turns by `crisis.text_key`, with their crisis scores."""
_CLIENT, _COUNSELLOR = "user", "assistant"


def score_conversations(frame: pl.DataFrame, detector: CrisisDetector, scorer: EarsScorer) -> pl.DataFrame:
    """Return `frame` with `scores` filled by the two judges; other fields of `scores` are kept.

    The crisis score is the highest over the client's turns; EARS is judged over the assistant's turns, each with the client's turn
    before it.
    A conversation without assistant turns gets EARS 0, one without client turns crisis 0. Where the scorer has a student, conversations
    that are clear to it are not shown to the encoder.

    Args:
        frame: Schema of `Conversation` (more columns are carried along).
        detector: What judges client turns.
        scorer: What judges assistant turns.
    """
    return score_and_hear(frame, detector, scorer, {}).drop("heard")


def score_and_hear(frame: pl.DataFrame, detector: CrisisDetector, scorer: EarsScorer, known: Mapping[str, float]) -> pl.DataFrame:
    """Return what `score_conversations` does, and `heard` beside it: the client turns that the detector judged, with their scores.

    Args:
        frame: See `score_conversations`.
        detector: See `score_conversations`.
        scorer: See `score_conversations`.
        known: Scores that this detector gave client turns before, by `crisis.text_key`: those are not judged again.
    """
    if frame.is_empty():
        return frame.with_columns(pl.lit(None, dtype=HEARD).alias("heard"))
    parts = [_score_chunk(frame.slice(start, _CHUNK), detector, scorer, known) for start in range(0, frame.height, _CHUNK)]
    return pl.concat(parts)


def _score_chunk(frame: pl.DataFrame, detector: CrisisDetector, scorer: EarsScorer, known: Mapping[str, float]) -> pl.DataFrame:
    turns = _turns(frame)
    client = turns.filter(pl.col("role") == _CLIENT)
    per_turn = detector.likeliest(client["content"].to_list(), client["row"].to_numpy(), known)
    crisis = _crisis(client, per_turn, frame.height, detector)
    reply = turns.filter(pl.col("role") == _COUNSELLOR)
    owners = reply["row"].to_numpy()
    contexts, responses = reply["before"].to_list(), reply["content"].to_list()
    judged = _judged(contexts, responses, owners, frame.height, scorer)
    found = scorer.conversations(judged.probabilities, owners, frame.height)
    evidence = _evidence(best_sentences(reply["turn"].to_numpy(), owners, judged), frame.height)
    columns: dict[str, pl.Series] = {
        "ears": pl.Series(found.ears).round(_DECIMALS),
        **{c: pl.Series(found.components[c]).round(_DECIMALS) for c in EARS},
        "penalty": pl.Series(np.clip(found.penalty, 0.0, 1.0)).round(_DECIMALS),
        "evidence": evidence,
        **crisis,
    }
    scratch = frame.with_columns(*(series.alias(f"__{name}") for name, series in columns.items()))
    values: dict[str, pl.Expr | str] = {name: pl.col(f"__{name}") for name in columns}
    values |= {"detector_version": detector.version, "scorer_version": scorer.version}
    scored = scratch.with_columns(set_fields("scores", **values))
    return scored.with_columns(_heard(client, per_turn, frame.height)).select(*frame.columns, "heard")


def _heard(client: pl.DataFrame, per_turn: NDArray[np.float64], count: int) -> pl.Series:
    """Return the column `heard` of `count` conversations: which of their client turns were judged, and what they scored."""
    judged = client.select("row", "content", pl.Series("score", per_turn)).filter(pl.col("score") > 0)
    keys = pl.Series("text", [text_key(text) for text in judged["content"]], dtype=pl.String)
    grouped = judged.with_columns(keys).group_by("row").agg(pl.struct("text", "score").alias("heard"))
    every = pl.DataFrame({"row": np.arange(count)}).join(grouped, on="row", how="left", maintain_order="left")
    return every["heard"].cast(HEARD)


def _evidence(found: Evidence, count: int) -> pl.Series:
    """Return the column `scores.evidence` of `count` conversations."""
    records = pl.DataFrame(found._asdict()).select(pl.struct("component", "turn", "start", "end", "probability").alias("evidence"), "owner")
    grouped = records.group_by("owner", maintain_order=True).agg("evidence")
    every = pl.DataFrame({"owner": np.arange(count)}).join(grouped, on="owner", how="left", maintain_order="left")
    return every["evidence"].cast(_evidence_type()).fill_null(pl.Series([[]], dtype=_evidence_type()))


def _evidence_type() -> pl.DataType:
    """Return the polars type of `scores.evidence`."""
    scores = cast("pl.Struct", polars_schema(Conversation)["scores"])
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


def _crisis(client: pl.DataFrame, per_turn: NDArray[np.float64], count: int, detector: CrisisDetector) -> dict[str, pl.Series]:
    """Return the crisis columns of `count` conversations from their client turns and the scores of these."""
    texts = client["content"].to_list()
    owners = client["row"].to_numpy()
    score = np.zeros(count)
    np.maximum.at(score, owners, per_turn)
    score = np.round(score, _DECIMALS)  # before comparing: what is stored decides what is flagged
    flagged = score >= detector.threshold
    # The turn with the highest score names the category: sort by (row, score) and keep the last of each row.
    order = np.lexsort((per_turn, owners))
    last = order[np.flatnonzero(np.diff(owners[order], append=-1))] if len(order) else order
    worst = [k for k in last if flagged[owners[k]]]
    names = [""] * count
    for k, name in zip(worst, detector.category([texts[k] for k in worst]), strict=True):
        names[int(owners[k])] = name
    return {
        "crisis": pl.Series(score),
        "crisis_flagged": pl.Series(flagged),
        "crisis_severe": pl.Series(score >= detector.severe_threshold),
        "crisis_category": pl.Series(names, dtype=pl.String),
    }


def _judged(contexts: Sequence[str], responses: Sequence[str], owners: NDArray[Any], count: int, scorer: EarsScorer) -> TurnScores:
    """Return what is found in the responses: by the scorer, or by its student where that settles the conversation."""
    if scorer.student is None:
        return _distinct_turns(contexts, responses, scorer)
    quick = _distinct_turns(contexts, responses, scorer.student)
    left = unsettled(scorer.student.conversations(quick.probabilities, owners, count).ears)
    places = np.flatnonzero(left[owners])
    deep = _distinct_turns([contexts[k] for k in places.tolist()], [responses[k] for k in places.tolist()], scorer)
    for component, values in quick.probabilities.items():
        values[places] = deep.probabilities[component]
    rank = {k: at for at, k in enumerate(places.tolist())}

    def sentences(asked: Sequence[int]) -> Sentences:
        settled = [k for k in asked if k not in rank]
        found = dict(zip(settled, quick.sentences(settled), strict=True))
        others = [k for k in asked if k in rank]
        found |= dict(zip(others, deep.sentences([rank[k] for k in others]), strict=True))
        return [found[k] for k in asked]

    return TurnScores(quick.probabilities, sentences)


def _distinct_turns(contexts: Sequence[str], responses: Sequence[str], scorer: EarsScorer) -> TurnScores:
    """Return what the scorer finds in the responses, each distinct pair judged once."""
    index: dict[tuple[str, str], int] = {}
    place = np.array([index.setdefault(pair, len(index)) for pair in zip(contexts, responses, strict=True)], dtype=np.int64)
    found = scorer.judge([context for context, _ in index], [response for _, response in index])
    probabilities = {component: values[place] for component, values in found.probabilities.items()}

    def sentences(asked: Sequence[int]) -> Sentences:
        # Turns that share a pair share its sentences: each pair is asked for once.
        distinct, which = np.unique(place[list(asked)], return_inverse=True)
        told = found.sentences(distinct.tolist())
        return [told[k] for k in which.tolist()]

    return TurnScores(probabilities, sentences)


def score_rows(rows: Iterable[Mapping[str, Any] | str], detector: CrisisDetector, scorer: EarsScorer) -> Iterator[dict[str, Any]]:
    """Yield one result per row, in order, reading `rows` only about a thousand ahead.

    A row is a mapping `{"id","text"}`, `{"id","context","response"}` or `{"id","messages"}`, or a string that says why the line could
    not be read. A row that is none of these, or that a judge fails on, yields `{"id", "error"}`.
    """
    stream = iter(rows)
    while batch := list(islice(stream, _ROWS)):
        try:
            yield from _score_batch(batch, detector, scorer)
        except Exception:  # one row shall not take its neighbours with it: each is judged by itself
            for row in batch:
                yield _score_alone(row, detector, scorer)


def _score_alone(row: Mapping[str, Any] | str, detector: CrisisDetector, scorer: EarsScorer) -> dict[str, Any]:
    try:
        return _score_batch([row], detector, scorer)[0]
    except Exception as error:
        return {"id": _identity(row), "error": f"could not be judged: {type(error).__name__}: {error}"}


def _identity(row: Mapping[str, Any] | str) -> Any:
    return row.get("id") if isinstance(row, Mapping) else None


def _score_batch(batch: Sequence[Mapping[str, Any] | str], detector: CrisisDetector, scorer: EarsScorer) -> list[dict[str, Any]]:
    read = [_read(row) for row in batch]
    crisis = _crisis_results([None if isinstance(row, str) else row[0] for row in read], detector)
    pairs = [pair for row in read if not isinstance(row, str) for pair in row[1] or []]
    owners = np.array([i for i, row in enumerate(read) if not isinstance(row, str) for _ in row[1] or []], dtype=np.int64)
    judged = _distinct_turns([context for context, _, _ in pairs], [response for _, response, _ in pairs], scorer)
    found = scorer.conversations(judged.probabilities, owners, len(read))
    evidence = best_sentences(np.array([turn for *_, turn in pairs], dtype=np.int64), owners, judged).of_each(len(read))
    out: list[dict[str, Any]] = []
    for i, (raw, row) in enumerate(zip(batch, read, strict=True)):
        if isinstance(row, str):
            out.append({"id": _identity(raw), "error": row})
            continue
        result: dict[str, Any] = {"id": _identity(raw), "crisis": crisis[i]}
        if row[1] is not None:
            ears = {component: round(float(found.components[component][i]), _DECIMALS) for component in EARS}
            result["ears"] = {**ears, "overall": round(float(found.ears[i]), _DECIMALS), "evidence": evidence[i]}
        out.append(result)
    return out


def _crisis_results(rows: Sequence[Sequence[str] | None], detector: CrisisDetector) -> list[dict[str, Any]]:
    """Return the `crisis` object of each row of client texts; spans are character ranges of text number `text`, the highest-scoring one."""
    texts = [text for row in rows for text in row or ()]
    scores = np.round(detector.score(texts), _DECIMALS).tolist()
    worst: list[tuple[str, float, int]] = []
    at = 0
    for row in rows:
        k = max(range(len(row or ())), key=lambda k: scores[at + k], default=-1)
        worst.append((row[k], scores[at + k], k) if row else ("", 0.0, 0))
        at += len(row or ())
    flagged = [i for i, (_, score, _) in enumerate(worst) if score >= detector.threshold]
    found = [worst[i][0] for i in flagged]
    spans = dict(zip(flagged, detector.spans_of(found, [worst[i][1] for i in flagged]), strict=True))
    category = dict(zip(flagged, detector.category(found), strict=True))
    return [
        {
            "score": score,
            "flagged": i in spans,
            "severe": score >= detector.severe_threshold,
            "category": category.get(i),
            "spans": [{"text": k, "start": a, "end": b, "score": round(s, _DECIMALS)} for a, b, s in spans.get(i, [])],
        }
        for i, (_, score, k) in enumerate(worst)
    ]


_KEYS = ("text", "context", "response", "messages")
_Read = tuple[list[str], list[tuple[str, str, int]] | None]


def _read(row: Mapping[str, Any] | str) -> _Read | str:
    """Return (client texts, (context, response, turn) of assistant turns or None), or what is wrong with the row."""
    if isinstance(row, str):
        return row
    if isinstance(row.get("text"), str):
        return [row["text"]], None
    if isinstance(row.get("messages"), list):
        return _dialogue(row["messages"])
    context: Any = [] if row.get("context") is None else row["context"]
    if isinstance(row.get("response"), str) and isinstance(context, list):
        said = cast(list[Any], context)
        before = _dialogue(said)
        if isinstance(before, str):
            return before
        return before[0], [(before[0][-1] if before[0] else "", row["response"], len(said))]
    found = ", ".join(f"{key} ({type(row[key]).__name__})" for key in _KEYS if key in row) or f"keys {sorted(map(str, row))[:8]}"
    return f"found {found}; expected id and one of: text (string), context (list) with response (string), messages (list)"


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
