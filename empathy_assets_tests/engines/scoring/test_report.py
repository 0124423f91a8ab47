"""Behaviour of `engines.scoring.report`."""

import numpy as np
import pytest

from empathy_assets.engines.scoring.bundle import MODELS_DIR, WeightsError
from empathy_assets.engines.scoring.ears_calibration import HeadFigures, ScorerReport
from empathy_assets.engines.scoring.report import (
    NOT_STATED,
    REPORT_FILE,
    TrainingReport,
    detector_table,
    licences,
    read_report,
    scorer_table,
    write_report,
)
from empathy_assets.engines.scoring.train import DetectorReport, figures

ROWS = [
    {"text": "a", "label": 1, "source": "north", "category": "suicide_active", "licence": "MIT"},
    {"text": "b", "label": 1, "source": "north", "category": "abuse"},
    {"text": "c", "label": 0, "source": "north", "category": "idiom", "license": "CC0"},
    {"text": "d", "label": None, "source": "north", "category": ""},
    {"text": "e", "label": 0, "source": "south", "category": ""},
]
LOGITS = np.array([2.0, -1.0, -2.0, 1.0])
SOURCES = np.array(["north", "north", "north", "south"])
LABELS = np.array([1.0, 1.0, 0.0, 0.0])


def detector_report():
    sources = [figures(name, LOGITS[name == SOURCES], LABELS[name == SOURCES], 0.0) for name in ("south", "north")]
    return DetectorReport(LOGITS, 0.0, sources, "0" * 64)


SCORER = ScorerReport([HeadFigures("one", "reflect", 40, 0.25, 0.8, float("nan"), 0.04)], "0" * 64)


def test_licences_are_taken_from_the_rows():
    assert licences(ROWS) == {"north": "CC0 / MIT", "south": NOT_STATED}
    assert licences([{"text": "x"}]) == {"unnamed": NOT_STATED}


def test_the_table_of_a_detector_has_counts_and_intervals_per_source_and_category():
    table = detector_table(detector_report(), ROWS)
    north, south = table.sources
    assert (north.source, north.licence, north.sensitivity.n, north.sensitivity.right, north.specificity.value) == (
        "north",
        "CC0 / MIT",
        2,
        1,
        1.0,
    )
    assert north.sensitivity.lower < 0.5 < north.sensitivity.upper
    assert north.auc.value == 1.0
    assert (south.sensitivity.value, south.sensitivity.lower, south.sensitivity.upper) == (None, 0.0, 1.0)
    assert (south.specificity.value, south.auc.value) == (0.0, None)
    assert table.pooled
    assert (table.pooled.sensitivity.n, table.pooled.specificity.n, table.pooled.specificity.right) == (2, 2, 1)
    assert [(c.category, c.recall.right, c.recall.n) for c in table.categories] == [("abuse", 0, 1), ("suicidality", 1, 1)]


def test_the_table_of_a_scorer_keeps_what_length_reaches_and_the_held_out_curve():
    held = {"reflect": (np.array([0.1, 0.9]), np.array([0.0, 1.0]))}
    table = scorer_table(SCORER, [{"source": "one", "license": "BSD-3-Clause"}], held)
    head = table.heads[0]
    assert (head.licence, head.rows, head.length_auc) == ("BSD-3-Clause", 40, None)
    assert head.auc.lower < 0.8 < head.auc.upper
    assert [b.n for b in table.reliability["reflect"]] == [1, 1]
    assert scorer_table(SCORER, []).reliability == {}


def test_a_report_is_kept_beside_the_weights_and_may_be_absent(tmp_path):
    assert read_report(tmp_path) is None
    kept = TrainingReport(crisis_detector=detector_table(detector_report(), ROWS), ears_scorer=scorer_table(SCORER, []))
    write_report(tmp_path, kept)
    assert read_report(tmp_path) == kept


@pytest.mark.parametrize("content", ["{", '{"crisis_detector": {"sources": 3}}', '{"else": 1}'])
def test_a_broken_report_is_named(content, tmp_path):
    (tmp_path / REPORT_FILE).write_text(content)
    with pytest.raises(WeightsError, match=r"is no training report: .*; remove it or train again"):
        read_report(tmp_path)


def test_the_bundled_report_can_be_read_where_there_is_one():
    bundled = read_report(MODELS_DIR)
    assert bundled is None or bundled.crisis_detector or bundled.ears_scorer
