r"""The list of gates: the one place where a gate is registered, ours or a user's.

Adding a gate takes one function and one line. Say a team wants no conversation in which the counsellor never asks a question:

    # my_team/gates.py
    import polars as pl
    from empathy_assets.engines.gating.gate import Gate, outcome, words
    from empathy_assets.engines.gating.text import turns_of

    LEAST = 1  # better: a section of policy/gates.toml, given to Gate(policy=section("curiosity"))

    def decide(frame, context):
        asked = turns_of(frame, roles=["assistant"]).group_by("row").agg(pl.col("content").str.contains(r"\?").sum().alias("n"))
        rows = pl.DataFrame({"row": pl.int_range(frame.height, dtype=pl.UInt32, eager=True)})
        n = rows.join(asked, on="row", how="left", maintain_order="left").select(pl.col("n").fill_null(0))
        reason = pl.when(pl.col("n") >= LEAST).then(words("ok", "{} questions", pl.col("n"))).otherwise(words("never-asks", "0 questions"))
        return outcome(n, passed=pl.col("n") >= LEAST, reason=reason, score=pl.col("n"))

    GATE = Gate(name="curiosity", revision="1", decide=decide, stages=("foundation", "persona"), policy=lambda: {"least": LEAST})

Inside this repository append `curiosity.GATE` to `BUILT_IN`. From another distribution announce it in that one's `pyproject.toml`:

    [project.entry-points."empathy_assets.gates"]
    curiosity = "my_team.gates:GATE"

Either way it runs with the others, its verdicts are in the ledger under its name and version, and a failure drops the record unless
the gate was made with `blocking=False`.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points

from empathy_assets.engines.gating import (
    coherence,
    content,
    crisis,
    decontamination,
    duplicates,
    ears,
    groundedness,
    language,
    length,
    licence,
    pii,
    prohibited,
    quality,
    schema,
)
from empathy_assets.engines.gating.gate import Gate

GROUP = "empathy_assets.gates"

BUILT_IN: tuple[Gate, ...] = (
    schema.GATE,
    language.GATE,
    length.GATE,
    pii.GATE,
    licence.GATE,
    content.GATE,
    prohibited.GATE,
    quality.GATE,
    ears.GATE,
    crisis.GATE,
    groundedness.GATE,
    coherence.GATE,
    duplicates.GATE,
    decontamination.GATE,
)


class GateRegistrationError(ValueError):
    """A gate that was announced cannot be used."""


def _loaded(point: EntryPoint) -> Gate:
    try:
        gate = point.load()
    except Exception as error:
        raise GateRegistrationError(
            f"entry point {point.name!r} of group {GROUP!r} names {point.value!r}, which does not load: {error!r}. "
            f"Correct the path in the pyproject.toml that announces it, or uninstall that distribution."
        ) from error
    if not isinstance(gate, Gate):
        raise GateRegistrationError(
            f"entry point {point.name!r} of group {GROUP!r} is {type(gate).__name__}, expected a Gate; "
            f"wrap the function: Gate(name={point.name!r}, revision='1', decide=<function>)."
        )
    return gate


def announced(points: Iterable[EntryPoint]) -> list[Gate]:
    """Return the gates of the entry points, by name.

    Raises:
        GateRegistrationError: One does not load or is no `Gate`.
    """
    return [_loaded(point) for point in sorted(points, key=lambda p: (p.name, p.value))]


def registered(points: Iterable[EntryPoint] | None = None) -> tuple[Gate, ...]:
    """Return all gates in the order they are judged: ours, then those announced by installed distributions.

    Args:
        points: Entry points to read instead of those installed.

    Raises:
        GateRegistrationError: Two gates share a name, or an announced one cannot be used.
    """
    gates = (*BUILT_IN, *announced(entry_points(group=GROUP) if points is None else points))
    names = [gate.name for gate in gates]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise GateRegistrationError(
            f"gate names {twice} are registered more than once; every verdict is filed under its gate's name: rename one"
        )
    return gates
