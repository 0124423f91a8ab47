"""The HTML report."""

import polars as pl

from empathy_assets.engines.packaging.figures import release_figures
from empathy_assets.engines.packaging.report import report_html, report_plots
from empathy_assets_tests.engines.packaging.samples import CERTIFICATE, built, context


def page(release: pl.DataFrame, ledger: pl.DataFrame) -> str:
    figures = release_figures(release, ledger, context())
    return report_html(figures, report_plots(release, ledger, figures), CERTIFICATE)


def test_the_operating_point_is_drawn_only_when_the_certificate_states_it():
    release, ledger = built()
    figures = release_figures(release, ledger, context())
    plots = report_plots(release, ledger, figures)
    full, bare = report_html(figures, plots, CERTIFICATE), report_html(figures, plots, {"passed": True})
    assert full.count("<svg") == bare.count("<svg") + 1
    assert full == report_html(figures, plots, CERTIFICATE)


def test_the_yield_names_only_gates_that_dropped_something():
    release, ledger = built(dropped=2)
    html = page(release, ledger)
    assert "Quality report, release v0.1.0" in html
    assert "40 conversations of 40 wanted" in html


def test_every_picture_of_a_release_is_in_its_report():
    release, ledger = built(dropped=2)
    html = page(release, ledger)
    titles = ("Mix against target", "EARS per stage", "acknowledge", "Operating point", "Yield, step by step", "Dropped, by reason")
    assert [
        title for title in (*titles, "Splits per stage", "What must stay", "Near-duplicates", "Sources and licences") if title not in html
    ] == []


def test_the_page_is_readable_in_light_and_dark():
    release, ledger = built()
    html = page(release, ledger)
    assert "color-scheme:light dark" in html
    assert "prefers-color-scheme:dark" in html
