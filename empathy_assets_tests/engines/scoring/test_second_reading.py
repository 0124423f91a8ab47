"""The second reading of labels: found again by hash, put on rows, refused where a code is none."""

from pathlib import Path

import pytest

from empathy_assets.engines.scoring.crisis import CATEGORIES
from empathy_assets.engines.scoring.second_reading import GUIDE, LEANING, READINGS, certainties, keep, reading_key, readings, reread, worth

TEXTS = {
    "I keep hoping I will not wake up tomorrow": "S",
    "He held me by the throat, I think": "a",
    "This spreadsheet will be the death of me": "N",
    "I can't breathe, it is happening again right now": "C",
}


def codes() -> dict[str, str]:
    return {reading_key(text): code for text, code in TEXTS.items()}


def row(text: str, label: int | None, tier: str | None = None) -> dict[str, object]:
    return {"text": text, "label": label, "source": "forum", "category": "their-own", **({"tier": tier} if tier else {})}


def test_a_label_by_forum_or_none_gives_way_to_the_reading() -> None:
    sure, leaning, other, panic = TEXTS
    found = reread(
        [row(sure, 0, "weak"), row(leaning, None), row(other, 1, "weak"), row(panic, 1, "broad"), row("Nobody read this", 1, "weak")],
        codes(),
    )
    assert [r["label"] for r in found] == [1, 1, 0, None, 1]
    assert [r["category"] for r in found] == ["suicidality", "abuse", "", "panic", "their-own"]
    assert [r.get("certainty") for r in found] == [None, LEANING, None, None, None]


def test_a_label_to_trust_stays_and_is_leaned_to_where_the_reader_says_otherwise() -> None:
    sure, leaning, other, panic = TEXTS
    found = reread([row(sure, 0), row(leaning, 1), row(other, 1, "main"), row(panic, 1)], codes())
    assert [r["label"] for r in found] == [0, 1, 1, 1]
    assert [r["category"] for r in found] == ["their-own"] * 4
    assert [r.get("certainty") for r in found] == [LEANING, None, LEANING, None]


def test_a_row_is_worth_what_its_label_is_better_than_a_coin() -> None:
    data = [{"certainty": 0.75}, {}, {"certainty": 0.5}]
    assert certainties(data, 0.98).tolist() == [0.75, 0.98, 0.5]
    assert worth(data).tolist() == [0.5, 1.0, 0.0]


def test_rows_are_not_changed_in_place() -> None:
    before = row(next(iter(TEXTS)), 0)
    reread([before], codes())
    assert before["label"] == 0


def test_a_text_is_known_by_its_words_not_its_quotes_case_or_space() -> None:
    assert reading_key("I can’t  breathe, it is happening\nagain RIGHT now") in codes()
    assert reading_key("I can breathe, it is happening again right now") not in codes()


def test_readings_are_kept_in_one_order_and_read_again(tmp_path: Path) -> None:
    keep(codes(), tmp_path / "a.csv")
    keep(dict(reversed(list(codes().items()))), tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert readings(tmp_path / "a.csv") == codes()


def test_a_code_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    keep({**codes(), "00ff00ff00ff00ff": "x"}, tmp_path / "a.csv")
    with pytest.raises(ValueError, match=r"a\.csv has the code 00ff00ff00ff00ff 'x', expected one of s, h, .*mend the line"):
        readings(tmp_path / "a.csv")


def test_the_kept_readings_hold_keys_and_codes_and_no_text() -> None:
    kept = readings()
    assert len(kept) > 7000
    assert all(len(key) == 16 and set(key) <= set("0123456789abcdef") for key in kept)
    assert {line.count(",") for line in READINGS.read_text(encoding="utf-8").splitlines()} == {1}


def test_the_guide_names_the_detectors_categories() -> None:
    assert {category for category, _ in GUIDE.values() if category} <= set(CATEGORIES)
