"""Behaviour of `engines.scoring.card`."""

import re
import subprocess
import sys

from empathy_assets.engines.scoring.card import detector_card, scorer_card
from empathy_assets.engines.scoring.report import detector_table, scorer_table
from empathy_assets_tests.engines.scoring.test_report import ROWS, SCORER, detector_report

DETECTOR = detector_card(detector_table(detector_report(), ROWS), ROWS)


def test_a_card_names_sources_licences_counts_figures_and_limits():
    assert "| north | CC0 / MIT | 2 | 1 | 1 |" in DETECTOR
    assert "| south | not stated | 0 | 1 | 0 |" in DETECTOR
    assert "No licence is stated for: south." in DETECTOR
    assert "0.500 (0.095-0.905)" in DETECTOR
    assert "## Limits" in DETECTOR


def test_a_licence_that_is_not_known_is_warned_of():
    rows = [{**row, "licence": "none stated in the repository"} for row in ROWS]
    assert "No licence is stated for: north, south." in detector_card(detector_table(detector_report(), rows), rows)


def test_a_scorers_card_says_the_same_of_its_rows():
    rows = [{"source": "one", "licence": "MIT"}] * 3
    card = scorer_card(scorer_table(SCORER, rows), rows)
    assert "| one | MIT | 3 |" in card
    assert "No licence" not in card
    assert "EMPATHY_SCORER_DATA=without.jsonl" in card


def test_no_text_of_a_row_stands_in_the_card():
    rows = [{**row, "text": f"a sentence that is private {n}"} for n, row in enumerate(ROWS)]
    assert "private" not in detector_card(detector_table(detector_report(), rows), rows)


def test_the_way_to_leave_a_source_out_works():
    program = re.search(r"python -c '(.*)' < all", DETECTOR)
    assert program
    rows = '{"source": "NAME", "text": "a"}\n{"source": "other", "text": "b"}\n{"text": "c"}\n'
    done = subprocess.run([sys.executable, "-c", program.group(1)], input=rows, capture_output=True, text=True, check=True)
    assert done.stdout == '{"source": "other", "text": "b"}\n{"text": "c"}\n'
