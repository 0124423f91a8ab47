"""Findings about grounded conversations: what they say of their passage, their passage says."""

import polars as pl

from empathy_assets.engines.checking.finding import Finding
from empathy_assets.policy.load import number

_KIND = pl.col("labels").struct.field("kind")
_SHARE = pl.col("scores").struct.field("groundedness")


def grounded(frame: pl.DataFrame) -> Finding:
    """Fail if too few of the grounded conversations reach the gate's bar; one not compared with its passage counts as below it.

    The gate drops each conversation below the bar; this says when so many are below that the banks or the model have gone wrong.

    Args:
        frame: Conversations with `labels.kind` and `scores.groundedness`.
    """
    bar, least = number("gates", "groundedness.min"), number("checks", "grounded_share")
    share = frame.filter(_KIND == "grounded").select(_SHARE.fill_null(0.0).alias("share"))["share"]
    n = share.len()
    if not n:
        return Finding(True, "no grounded conversations", {"value": 1.0, "bound": least, "n": 0, "mean": 0.0})
    above, mean = float((share >= bar).sum()) / n, float(share.sum()) / n
    sentence = (
        f"{above:.2%} of {n} grounded conversations have at least {bar:g} of their claims supported (mean {mean:.3f}); {least:.0%} expected"
    )
    return Finding(above >= least, sentence, {"value": above, "bound": least, "n": n, "mean": mean})
