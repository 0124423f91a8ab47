"""The HTML report."""

from empathy_assets.engines.packaging.figures import release_figures
from empathy_assets.engines.packaging.report import report_html, table
from empathy_assets_tests.engines.packaging.samples import CERTIFICATE, built, context


def test_what_comes_from_data_is_escaped():
    assert "<td>&lt;b&gt;</td>" in table(["<h>"], [["<b>"]])
    assert "&lt;h&gt;" in table(["<h>"], [])
    assert table(["a"], [[True], [None], [1234], [0.5]]).count("<td") == 4


def test_the_operating_point_is_drawn_only_when_the_certificate_states_it():
    release, ledger = built()
    figures = release_figures(release, ledger, context())
    full, bare = report_html(release, figures, CERTIFICATE), report_html(release, figures, {"passed": True})
    assert full.count("<svg") == bare.count("<svg") + 1
    assert full == report_html(release, figures, CERTIFICATE)


def test_the_yield_names_only_gates_that_dropped_something():
    release, ledger = built(dropped=2)
    html = report_html(release, release_figures(release, ledger, context()), CERTIFICATE)
    assert "Quality report, release v0.1.0" in html
    assert "40 conversations of 40 wanted" in html
