"""Findings about voices: persona conversations sound like their own voice, and each says which voice that is."""

import polars as pl

from empathy_assets.engines.checking.finding import Finding, none_of
from empathy_assets.policy.load import number

_LABEL = pl.col("labels").struct
_MATCH = pl.col("scores").struct.field("style_match")


def in_voice(frame: pl.DataFrame) -> Finding:
    """Fail if a voice's conversations too seldom sound most like that voice, or sound too little like it on average.

    A style match above 0.5 says that no other voice is nearer. It measures words, function words and beat, most of which the generator
    takes from the voice's own talks on purpose: it shows that voices stay apart, not that a listener would take one for the speaker.
    A voice with fewer conversations than policy's `check.rows_min` is reported and not judged: its share would be chance.
    """
    rows = frame.filter(_LABEL.field("kind") == "persona").select(
        "id", voice=_LABEL.field("persona_id"), signature=_LABEL.field("voice_signature"), match=_MATCH
    )
    unsaid = rows.filter((pl.col("voice") == "") | (pl.col("signature") == "") | pl.col("match").is_null())
    if unsaid.height:
        example = f"{unsaid['id'][0]} ({unsaid['voice'][0] or 'no voice'})"
        return none_of(unsaid.height, "persona conversations without voice, signature or style match", n=rows.height, example=example)
    own_min, match_min = number("voices", "check.own_first_min"), number("voices", "check.match_min")
    voices = rows.group_by("voice").agg(own=(pl.col("match") > 0.5).mean(), mean=pl.col("match").mean(), n=pl.len()).sort("voice")
    judged = voices.filter(pl.col("n") >= number("voices", "check.rows_min"))
    blurred = judged.filter((pl.col("own") < own_min) | (pl.col("mean") < match_min))
    told = "; ".join(f"{v} {own:.0%} of {n}, mean {mean:.2f}" for v, own, mean, n in voices.iter_rows()) or "no persona conversations"
    sentence = f"conversations nearest to their own voice: {told}; at least {own_min:.0%} and {match_min:g} expected of each voice"
    share = rows.select((pl.col("match") > 0.5).mean()).item() if rows.height else 0.0
    figures: dict[str, float | int | str] = {"value": share, "bound": own_min, "n": rows.height, "match_bound": match_min}
    for voice, own, mean, n in voices.iter_rows():
        figures |= {f"{voice}_own_first": own, f"{voice}_match": mean, f"{voice}_n": n}
    return Finding(blurred.is_empty(), sentence, figures)
