"""Behaviour of `engines.certifying.figures`."""

from empathy_assets.engines.certifying.curves import ReliabilityBin
from empathy_assets.engines.certifying.figures import baselines_markdown, certificate_markdown, detector_plots, scorer_plots
from empathy_assets.engines.certifying.measure import measure
from empathy_assets.engines.scoring.report import ScorerTable
from empathy_assets_tests.engines.certifying.test_measure import ROWS, CountingDetector

FOUND = measure(CountingDetector(), ROWS)
TEXTS = [row["text"] for row in ROWS if row["label"] is not None]


def test_the_certificate_is_written_with_intervals_per_category():
    text = certificate_markdown(FOUND.certificate)
    assert "**does not hold**" in text
    assert "`count-1`, threshold 0.500" in text
    assert "| sensitivity | 1 | 1.000 (0.207-1.000) |" in text
    assert "| b | specificity | 2 | 0.500 (0.095-0.905) |" in text
    assert "holds: fine" in certificate_markdown(FOUND.certificate.model_copy(update={"passed": True, "reason": "fine"}))


def test_the_baselines_stand_beside_the_detector():
    lines = baselines_markdown(FOUND.baselines).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| detector", "| hashed linear", "| keyword list", "| length"]


def test_the_pictures_state_the_figures():
    plots = {name: svg.decode() for name, svg in detector_plots(FOUND, TEXTS, "svg").items()}
    assert list(plots) == ["roc", "reliability", "sensitivity_per_category", "specificity_per_category"]
    assert "detector, AUC 0.750" in plots["roc"]
    assert "calibration error" in plots["reliability"]
    assert "1.00  (1)" in plots["sensitivity_per_category"]
    assert detector_plots(FOUND, TEXTS)["roc"].startswith(b"\x89PNG")


def test_a_scorer_is_drawn_where_its_report_holds_curves():
    bins = [ReliabilityBin(predicted=0.2, observed=0.3, n=4)]
    assert "reflect" in scorer_plots(ScorerTable(heads=[], reliability={"reflect": bins}), "svg")["reliability"].decode()
    assert scorer_plots(ScorerTable(heads=[])) == scorer_plots(None) == {}
