"""Turns as the conversation reader makes them of speakers and raw texts, for tests that look at one step before it."""

from collections.abc import Sequence

from empathy_assets.engines.reading.roles import Turn, merged, plain


def normalise(turns: Sequence[Turn]) -> list[Turn]:
    """Return (speaker, text) pairs as (role, text): plain text, tool calls out, runs of one speaker merged."""
    return merged([(name, plain(text)) for name, text in turns])
