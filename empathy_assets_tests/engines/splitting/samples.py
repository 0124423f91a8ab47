"""Small composed and split releases in the mix of policy."""

import polars as pl

from empathy_assets.engines.splitting.assign import assign
from empathy_assets.engines.splitting.clusters import leakage_clusters
from empathy_assets.records.arrow import conform
from empathy_assets.records.conversation import SplitConversation, Stage
from empathy_assets_tests.engines.gating.samples import conversation, frame

_MIX: dict[Stage, int] = {"foundation": 8, "expertise": 5, "nightmare-fuel": 4, "persona": 3}


def records(twenties: int = 2, **changes):
    """Good conversations of every stage, `20 * twenties` of them; EARS, words and licence vary a little."""
    made = []
    for stage, share in _MIX.items():
        for n in range(share * twenties):
            number = 1000 * list(_MIX).index(stage) + n
            made.append(
                conversation(
                    number,
                    stage,
                    scores={"ears": 0.8 + (n % 10) / 50, "words": 100 + 7 * n},
                    licence="CC0-1.0" if n % 3 else "CC-BY-4.0",
                    labels={"issue": ("grief", "work", "family")[n % 3]},
                    exempt_from=["content"] if stage == "nightmare-fuel" else [],
                    **changes,
                )
            )
    return made


def release(twenties: int = 2, **changes) -> pl.DataFrame:
    """The same as a split release."""
    return split(frame(*records(twenties, **changes)))


def split(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with their clusters and splits."""
    clustered = rows.with_columns(leakage_clusters(rows))
    return conform(clustered.with_columns(assign(clustered)), SplitConversation)
