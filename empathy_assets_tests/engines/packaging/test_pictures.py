"""The report's pictures: by name, drawn by whoever is asked to."""

from collections.abc import Callable, Mapping

import pytest

from empathy_assets.engines.packaging.figures import release_figures
from empathy_assets.engines.packaging.pictures import drawn_now, inline, plotted
from empathy_assets.engines.packaging.report import report_html, report_plots
from empathy_assets_tests.engines.packaging.samples import CERTIFICATE, built, context

SHARES = {"foundation": 0.4, "expertise": 0.6}


class Remembering:
    """Draws what it has not drawn before."""

    def __init__(self) -> None:
        self.kept: dict[str, Mapping[str, bytes]] = {}
        self.drawn = 0

    def __call__(self, draw: Callable[..., Mapping[str, bytes]], *given: object) -> Mapping[str, bytes]:
        key = repr(given)
        if key not in self.kept:
            self.drawn += 1
            self.kept[key] = draw(*given)
        return self.kept[key]


def test_a_plot_is_known_by_its_name_and_stands_inside_a_page():
    svg = plotted("mix", {"foundation": 2, "expertise": 3}, SHARES)["mix"]
    page = inline(drawn_now, "mix", {"foundation": 2, "expertise": 3}, SHARES)
    assert page.startswith("<svg")
    assert page in svg.decode()
    with pytest.raises(KeyError, match="cake"):
        plotted("cake", SHARES)


def test_a_report_of_remembered_pictures_is_the_same_and_draws_only_what_shows_something_else():
    release, ledger = built()
    figures = release_figures(release, ledger, context())
    plots = report_plots(release, ledger, figures)
    pictures = Remembering()
    plain = report_html(figures, plots, CERTIFICATE)
    assert [report_html(figures, plots, CERTIFICATE, pictures) for _ in range(2)] == [plain, plain]
    assert pictures.drawn == plain.count("<svg")
    other = report_html(figures, plots, CERTIFICATE | {"sensitivity": 0.98}, pictures)
    assert other != plain
    assert pictures.drawn == plain.count("<svg") + 1
