"""Tests of the row form and the guard around readers."""

from empathy_assets.engines.reading.result import MODELS, ReadError, collect, guarded
from empathy_assets.policy.load import table
from empathy_assets_tests.engines.reading.samples import context


def test_rows_are_complete_records():
    ctx = context()
    rows = [
        ctx.passage("A text.", ctx.provenance(unit="page", start=1.0, end=2.0)),
        ctx.conversation([("user", "Hi"), ("assistant", "Hello")], ctx.provenance(), {"issue": "grief"}),
        ctx.reject("damaged", "because", "line 3"),
    ]
    for name, row in rows:
        assert set(row) == set(MODELS[name].model_fields)
    result = collect(rows)
    assert result.passages[0].licence == "CC0-1.0"
    assert result.conversations[0].labels.kind == "corpus"
    assert result.rejects[0].remedy


def test_every_way_to_fail_becomes_a_reject():
    def failing(error):
        yield context().passage("kept", context().provenance())
        raise error

    for error, reason in [(ReadError("drm"), "drm"), (RecursionError(), "too-deep"), (MemoryError(), "memory"), (KeyError("x"), "damaged")]:
        result = collect(guarded(context(), failing(error)))
        assert [p.text for p in result.passages] == ["kept"]
        assert result.rejects[0].reason == reason


def test_every_remedy_is_a_sentence():
    assert all(len(text) > 20 and text.endswith(".") for text in table("reading")["remedies"].values())


def test_a_name_that_is_no_utf8_is_escaped():
    row = context(relative="books/bad\udcff.txt").reject("damaged", "half \ud800", "line \ud800")[1]
    assert (row["file"], row["detail"], row["position"]) == ("books/bad\\udcff.txt", "half \\ud800", "line \\ud800")
