"""The chunk-wise part of staging: clean, mask, score. A pure function of its rows and the judges' weights.

Lives here: the order of the steps and how rejects travel beside the rows. Must not live here: cleaning, scoring or routing rules.
"""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from functools import cache

import polars as pl

from empathy_assets.engines.cleaning.prepare import prepare
from empathy_assets.engines.scoring.bundle import weights_folder
from empathy_assets.engines.scoring.crisis import load_detector
from empathy_assets.engines.scoring.ears import load_scorer
from empathy_assets.engines.scoring.score import HEARD, score_and_hear
from empathy_assets.engines.scoring.tier import Engine, Tier
from empathy_assets.records.arrow import polars_schema
from empathy_assets.records.conversation import Conversation
from empathy_assets.records.reject import Reject

PREPARED_VERSION = "3"
"""Bump when the steps below change; part of the cache key beside the judges' versions."""


_REMEMBERED = 200_000  # client turns, about 30 MB: the client turns of 30,000 conversations


def prepare_and_score(
    frame: pl.DataFrame,
    *,
    tier: Tier = "cascade",
    engine: Engine = "onnx",
    detector_weights: str = "",
    scorer_weights: str = "",
    known: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Return one row per input row: struct column `record` (Conversation) or, where it cannot be used, `reject` (Reject).

    Beside a record, `heard` says which of the client's turns the detector judged, and how.

    Args:
        frame: Conversations as a source delivered them.
        tier: Who judges them: encoders, students, or both in a cascade.
        engine: What runs the encoders.
        detector_weights: Folder of the crisis detector's weights; empty for the bundled ones.
        scorer_weights: Folder of the EARS scorer's weights; empty for the bundled ones.
        known: What `heard_in` found in earlier outcomes of the same judges: turns that they judged are not judged again.

    A process judges a turn once, whichever chunks it stands in, and remembers `_REMEMBERED` of them: a turn's score is the same wherever
    it stands.
    """
    detector = load_detector(weights_folder(detector_weights), tier, engine)
    scorer = load_scorer(weights_folder(scorer_weights), tier, engine)
    kept, rejects = prepare(until_last_answer(frame))
    told, memory = dict(known or {}), _memory(detector.version)
    scored = score_and_hear(kept, detector, scorer, ChainMap(told, memory))
    _remember(memory, {turn: score for turn, score in heard_in([scored["heard"]]).items() if turn not in told})
    records = scored.select(pl.struct(pl.exclude("heard")).alias("record"), "heard")
    rejected = rejects.select(pl.struct(pl.all()).alias("reject"))
    return pl.concat([empty_outcome(), records, rejected], how="diagonal")


@cache
def _memory(_detector: str) -> dict[str, float]:
    """Return what this process has heard a detector say of turns; empty at first."""
    return {}


def _remember(memory: dict[str, float], heard: Mapping[str, float]) -> None:
    """Add scores to a memory, which forgets what it learnt first."""
    memory |= heard
    for key in [*memory][: max(0, len(memory) - _REMEMBERED)]:
        del memory[key]


def until_last_answer(frame: pl.DataFrame) -> pl.DataFrame:
    """Return conversations without the client's turns after the counsellor's last one: nothing is learnt from an unanswered goodbye.

    A conversation without a counsellor is left as it is; cleaning rejects it with its reason.
    """
    answers = pl.col("turns").list.reverse().list.eval(pl.element().struct.field("role") == "assistant")
    kept = pl.col("turns").list.len() - answers.list.arg_max()
    return frame.with_columns(pl.when(answers.list.any()).then(pl.col("turns").list.head(kept)).otherwise("turns").alias("turns"))


def empty_outcome() -> pl.DataFrame:
    """Return an empty frame with the columns of `prepare_and_score`."""
    schema = {"record": pl.Struct(dict(polars_schema(Conversation))), "reject": pl.Struct(dict(polars_schema(Reject))), "heard": HEARD}
    return pl.DataFrame(schema=schema)


def heard_in(columns: Sequence[pl.Series]) -> dict[str, float]:
    """Return the crisis scores of the client turns that were judged, by `crisis.text_key`, from the columns `heard` of outcomes."""
    heard = pl.concat([pl.Series("heard", [], dtype=HEARD), *columns]).explode().drop_nulls().struct.unnest()
    return dict(heard.select("text", "score").iter_rows())


def unpack(outcomes: list[pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return (conversations, rejects) of the chunks' outcomes, in order."""
    table = pl.concat([empty_outcome(), *outcomes])
    records = table.filter(pl.col("record").is_not_null()).select("record").unnest("record")
    rejects = table.filter(pl.col("reject").is_not_null()).select("reject").unnest("reject")
    return records, rejects
