"""Landed papers and live findings as one pair of frames."""

from empathy_assets.adapters.scholarly import fetch
from empathy_assets.adapters.scholarly.findings import collect_findings
from empathy_assets.adapters.scholarly.settings import SERVICES, FetchSettings
from empathy_assets.engines.reading.papers.read import parse_papers
from empathy_assets.records.arrow import conform
from empathy_assets.records.passage import Passage
from empathy_assets.records.reject import Reject
from empathy_assets_tests.adapters.scholarly.replies import world
from empathy_assets_tests.adapters.scholarly.server import serving
from empathy_assets_tests.engines.reading.papers.shapes import article, article_set

WORKS = [work.model_copy(update={"file": "papers/a.xml", "licence": "CC0-1.0"}) for work in parse_papers(article_set(article()))[0]]


def test_nobody_is_asked_by_default(tmp_path):
    found = collect_findings(WORKS, tmp_path, tmp_path / "replies", FetchSettings())
    assert conform(found.passages, Passage)["provenance"].struct.field("file").unique().to_list() == ["papers/a.xml"]
    assert conform(found.rejects, Reject).is_empty()
    assert (found.stats["requests"], found.stats["works_landed"], found.services) == (0, 1, {})
    assert not (tmp_path / "replies").exists()


def test_nothing_landed_gives_empty_frames(tmp_path):
    found = collect_findings([], tmp_path, tmp_path / "replies", FetchSettings())
    assert conform(found.passages, Passage).height == 0
    assert conform(found.rejects, Reject).height == 0


def test_live_findings_join_landed_ones_and_a_second_run_is_the_same(tmp_path, monkeypatch):
    root = tmp_path / "landing"
    (root / "queries").mkdir(parents=True)
    (root / "queries" / "ours.txt").write_text("anticipatory grief\n")
    monkeypatch.setattr("empathy_assets.adapters.scholarly.queries.policy_queries", list)
    real = fetch.number
    monkeypatch.setattr(fetch, "number", lambda file, key: 200.0 if key.startswith("rate.") else real(file, key))
    with serving(world) as server:
        settings = FetchSettings(enabled=True, bases={s: f"{server.base}/{s}" for s in SERVICES})
        first = collect_findings(WORKS, root, tmp_path / "replies", settings)
        asked = len(server.log)
        second = collect_findings(WORKS, root, tmp_path / "replies", settings)
    assert asked > 0
    assert len(server.log) == asked
    assert first.stats["works_fetched"] == 25
    assert first.passages.height == first.passages["id"].n_unique()
    assert second.passages.equals(first.passages)
    assert second.rejects.equals(first.rejects)
    assert {"anticipatory"} <= {word for a in server.log for word in str(a.params).replace("(", " ").replace("'", " ").split()}
