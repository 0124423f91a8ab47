"""Tests of the `transcripts` asset on the bundled samples."""

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.defs.looks import assert_anchored


def test_passages_are_anchored_in_seconds(built: Built) -> None:
    assert_anchored(built.table("transcripts"), {"second"})


def test_two_voices_were_landed(built: Built) -> None:
    assert set(built.table("transcripts")["voice"]) == {"ember-hearth", "wayfarer-balanced"}
