"""What a generated conversation owes to landed passages: how far they support it, and whose voice it is in. A pure function of its rows.

Lives here: the two measures as one step that chunks can be mapped with. Must not live here: either measure (`grounding`, `voicing`).
"""

import polars as pl

from empathy_assets.engines.staging.grounding import with_groundedness
from empathy_assets.engines.staging.voicing import with_style_match


def against_passages(frame: pl.DataFrame, *, passages: pl.DataFrame) -> pl.DataFrame:
    """Return conversations (Conversation schema) with `scores.groundedness` and `scores.style_match` filled where they apply.

    Args:
        frame: Conversations; the result for a row does not depend on the other rows.
        passages: Passages (Passage schema), at least those `needed` by the rows.
    """
    return with_style_match(with_groundedness(frame, passages), passages)


def needed(frame: pl.DataFrame, passages: pl.DataFrame) -> pl.DataFrame:
    """Return the passages that the conversations cite and those that show a voice, in order: all that `against_passages` looks at."""
    cited = frame.select(pl.col("provenance").struct.field("passage_id")).to_series().unique()
    return passages.filter(pl.col("id").is_in(cited.implode()) | (pl.col("voice") != ""))
