"""The plot of drift between releases."""

from empathy_assets.engines.plotting.drift import drift_bars


def test_each_figure_says_how_far_it_moved_and_where_most():
    svg = drift_bars([("words", 0.31, "03: <= 200", -0.12), ("stage", 0.0, "persona", 0.0)], 0.2, "v0.1.0").decode()
    assert "Drift against v0.1.0" in svg
    assert "0.310  &lt;= 200 -12.0 pp" in svg
    assert "shifted above 0.2" in svg


def test_without_an_earlier_release_the_picture_says_so():
    assert "there is no release to compare with" in drift_bars([], 0.2, "").decode()
