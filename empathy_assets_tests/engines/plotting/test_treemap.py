"""The treemap: areas in proportion, nothing overlaps, nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.plotting.treemap import source_treemap, squarify

SIZES = st.lists(st.floats(min_value=0.5, max_value=1e5), min_size=1, max_size=30).map(lambda found: sorted(found, reverse=True))


@given(SIZES)
def test_areas_are_in_proportion_and_stay_inside(areas):
    boxes = squarify(areas, (0.0, 0.0, 2.0, 1.0))
    assert [w * h for _, _, w, h in boxes] == pytest.approx([2.0 * a / sum(areas) for a in areas])
    assert all(x >= -1e-9 and y >= -1e-9 and x + w <= 2 + 1e-9 and y + h <= 1 + 1e-9 for x, y, w, h in boxes)


@given(SIZES)
def test_boxes_do_not_overlap(areas):
    boxes = squarify(areas, (0.0, 0.0, 1.0, 1.0))
    for at, (x, y, w, h) in enumerate(boxes):
        for other_x, other_y, other_w, other_h in boxes[:at]:
            wide, high = min(x + w, other_x + other_w) - max(x, other_x), min(y + h, other_y + other_h) - max(y, other_y)
            assert min(wide, high) < 1e-6


def test_squares_are_preferred_to_slivers():
    assert max(max(w / h, h / w) for _, _, w, h in squarify([6, 6, 4, 3, 2, 2, 1], (0.0, 0.0, 6.0, 4.0))) < 3.5


def test_sources_are_divided_by_licence_and_nothing_is_counted_twice():
    svg = source_treemap({"books": {"CC0-1.0": 60, "CC-BY-4.0": 30}, "corpora": {"MIT": 10}, "none": {"MIT": 0}}).decode()
    assert "Sources and licences of 100 conversations" in svg
    assert all(text in svg for text in ("books", "CC0-1.0", "60 (60.0 %)", "CC-BY-4.0", "30 (30.0 %)"))
    assert "none" not in svg.partition("Sources and licences")[2]


def test_an_empty_release_is_a_picture_too():
    assert "of 0 conversations" in source_treemap({}).decode()
