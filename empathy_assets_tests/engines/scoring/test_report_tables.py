"""Behaviour of `engines.scoring.report_tables`."""

from empathy_assets.engines.scoring.report import detector_table, scorer_table
from empathy_assets.engines.scoring.report_tables import detector_tables, markdown, scorer_tables
from empathy_assets_tests.engines.scoring.test_report import ROWS, SCORER, detector_report


def test_cells_cannot_break_the_table():
    assert markdown(["a"], [["x|y\nz"]]) == "| a |\n| --- |\n| x\\|y z |"


def test_the_detectors_figures_carry_their_intervals():
    text = detector_tables(detector_table(detector_report(), ROWS))
    assert "| north | 2 | 1 | 1.000 (" in text
    assert "0.500 (0.095-0.905)" in text
    assert "| south | 0 | 1 | - | - | 0.000 (0.000-0.793) |" in text
    assert "| all, pooled | 2 | 2 | 0.750 (" in text
    assert "| suicidality | 1 | 1.000 (0.207-1.000) |" in text


def test_the_scorers_heads_stand_beside_length():
    assert "| reflect | one | 40 | 0.25 | 0.800 (0.622-0.978) | - | 0.040 |" in scorer_tables(scorer_table(SCORER, []))


def test_an_absent_report_says_so():
    assert "report.json is absent" in detector_tables(None)
    assert "report.json is absent" in scorer_tables(None)
