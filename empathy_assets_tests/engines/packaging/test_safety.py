"""The certificate in the report: what is stated is drawn, what is not stated is left out, nothing is shown as raw data."""

from empathy_assets.engines.packaging.safety import certificate_html
from empathy_assets_tests.engines.packaging.samples import CERTIFICATE

CURVES = {
    "auc": 0.95,
    "calibration_error": 0.07,
    "roc": [[0.0, 0.0], [0.16, 0.97], [1.0, 1.0]],
    "reliability": [{"predicted": 0.1, "observed": 0.2, "n": 9}, {"predicted": 0.9, "observed": 0.8, "n": 4}],
    "per_category": [
        {"category": "abuse", "crisis": True, "n": 12, "right": 11, "share": 0.92, "lower": 0.65, "upper": 0.99},
        {"category": "idiom", "crisis": False, "n": 9, "right": 6, "share": 0.67, "lower": 0.35, "upper": 0.88},
    ],
}


def test_every_curve_that_is_stated_is_drawn():
    html = certificate_html(CERTIFICATE | CURVES)
    assert html.count("<svg") == 4
    for words in (
        "detector, AUC 0.950",
        "at least 0.955",
        "calibration error 0.070",
        "Crisis texts flagged",
        "Other texts left alone",
        "idiom",
    ):
        assert words in html
    assert "[{" not in html


def test_a_certificate_without_curves_shows_its_operating_point_alone():
    assert certificate_html(CERTIFICATE).count("<svg") == 1
    assert certificate_html({"passed": True}).count("<svg") == 0
    assert "<td>True</td>" in certificate_html({"passed": True})
