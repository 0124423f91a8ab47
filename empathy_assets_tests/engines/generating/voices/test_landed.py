"""Landed voices: who is there, who is refused, and what slots take from them."""

import polars as pl

from empathy_assets.engines.generating.plan import HOUSE_VOICE
from empathy_assets.engines.generating.voices.landed import general_speech, voice_facts, voices_of
from empathy_assets.records.arrow import empty_frame
from empathy_assets.records.passage import Passage
from empathy_assets_tests.fixtures.voices import PILOT, TAILOR, passages, talk


def test_the_house_voice_stands_without_talks() -> None:
    found = voices_of(empty_frame(Passage))
    assert list(found.profiles) == [HOUSE_VOICE]
    assert "a path" in found.profiles[HOUSE_VOICE].images
    assert voices_of(empty_frame(Passage)).profiles == found.profiles


def test_landed_voices_are_read_and_thin_ones_refused_with_a_reason() -> None:
    found = voices_of(passages(harbour_pilot=talk(PILOT), brisk_tailor=TAILOR[:3]))
    assert list(found.profiles) == ["harbour-pilot", HOUSE_VOICE]
    assert [r.voice for r in found.refused] == ["brisk-tailor"]
    assert "land more" in found.refused[0].reason


def test_the_house_voice_is_read_off_its_talks_where_they_are_landed() -> None:
    found = voices_of(passages(wayfarer_balanced=talk(PILOT)))
    assert "a boat" in found.profiles[HOUSE_VOICE].images


def test_a_hosts_questions_are_no_part_of_the_guests_manner() -> None:
    both = passages(harbour_pilot=[*talk(PILOT), *talk(TAILOR, 9)])
    speaker = pl.when(pl.col("text").is_in(talk(PILOT))).then(pl.lit("PILOT_01")).otherwise(pl.lit("Host"))
    told = voices_of(both.with_columns(speaker=speaker)).profiles["harbour-pilot"]
    assert told.texts == len(talk(PILOT))
    most = voices_of(both.with_columns(speaker=pl.when(pl.col("text").is_in(talk(PILOT))).then(pl.lit("A")).otherwise(pl.lit("B"))))
    assert most.profiles["harbour-pilot"].texts == len(talk(TAILOR, 9))


def test_slots_take_what_the_voice_has() -> None:
    found = voices_of(passages(harbour_pilot=talk(PILOT))).profiles["harbour-pilot"]
    facts = voice_facts(found)
    assert "simile" not in facts
    assert "a boat" in facts["image"]
    assert {"sea", "boat"} <= set(facts["word"])
    assert "on the one hand," in found.openers
    assert "opener" not in facts  # none of this voice's may stand before any statement
    assert (facts["one"], facts["ones"], facts["us"]) == (("we",), ("our",), ("us",))
    assert {"heart", "life", "mind"} <= set(facts["own"])
    assert all(aside.startswith(", ") and aside.endswith(",") for aside in facts.get("aside", ()))
    assert general_speech().words > 1000
