"""Landed papers and live findings as one pair of frames."""

from empathy_assets.adapters.scholarly import fetch
from empathy_assets.adapters.scholarly.findings import collect_findings, landed_files
from empathy_assets.adapters.scholarly.settings import SERVICES, FetchSettings
from empathy_assets.records.arrow import conform
from empathy_assets.records.licence import Rights
from empathy_assets.records.passage import Passage
from empathy_assets.records.reject import Reject
from empathy_assets_tests.adapters.scholarly.replies import world
from empathy_assets_tests.adapters.scholarly.server import serving
from empathy_assets_tests.engines.reading.papers.shapes import JATS, article, article_set

RIGHTS = Rights(licence="CC0-1.0", origin="written for the tests")


def landing(tmp_path):
    papers = tmp_path / "landing" / "papers"
    (papers / "deep").mkdir(parents=True)
    (papers / "a.xml").write_bytes(article_set(article()))
    (papers / "deep" / "b.nxml").write_bytes(JATS)
    (papers / "c.xml").write_bytes(b"")
    (papers / "d.xml").write_bytes(article_set(article(990000900, doi="10.5555/undeclared")))
    (papers / "rights.toml").write_text("")
    (papers / ".hidden").write_text("x")
    (papers / "link.xml").symlink_to(papers / "a.xml")
    return tmp_path / "landing"


def rights_for(relative: str) -> Rights | None:
    return None if relative.endswith("d.xml") else RIGHTS


def test_landed_files_only_by_default(tmp_path):
    root = landing(tmp_path)
    found = collect_findings(root, tmp_path / "cache", FetchSettings(), rights_for=rights_for)
    passages, rejects = conform(found.passages, Passage), conform(found.rejects, Reject)
    assert passages["provenance"].struct.field("file").unique().sort().to_list() == ["papers/a.xml", "papers/deep/b.nxml"]
    assert sorted(rejects["reason"].to_list()) == ["duplicate-passage", "empty-file", "not-a-file", "undeclared-rights"]
    assert (found.stats["files"], found.stats["requests"], found.stats["works_landed"], found.services) == (5, 0, 2, {})
    assert not (tmp_path / "cache").exists()


def test_the_same_text_under_two_titles_is_kept_once_and_said(tmp_path):
    papers = tmp_path / "papers"
    papers.mkdir()
    one = article(title="A first invented title on listening")
    other = article(990000950, doi="10.5555/again", title="A second invented title on listening")
    (papers / "a.xml").write_bytes(article_set(one, other))
    found = collect_findings(tmp_path, tmp_path / "cache", FetchSettings(), rights_for=rights_for)
    assert found.passages.height == 1
    assert found.rejects["reason"].to_list() == ["duplicate-passage"]


def test_an_empty_landing_gives_empty_frames(tmp_path):
    found = collect_findings(tmp_path, tmp_path / "cache", FetchSettings(), rights_for=rights_for)
    assert conform(found.passages, Passage).height == 0
    assert conform(found.rejects, Reject).height == 0
    assert list(landed_files(tmp_path)) == []


def test_live_findings_join_landed_ones_and_a_second_run_is_the_same(tmp_path, monkeypatch):
    root = landing(tmp_path)
    (root / "queries").mkdir()
    (root / "queries" / "ours.txt").write_text("anticipatory grief\n")
    monkeypatch.setattr("empathy_assets.adapters.scholarly.queries.policy_queries", list)
    real = fetch.number
    monkeypatch.setattr(fetch, "number", lambda file, key: 200.0 if key.startswith("rate.") else real(file, key))
    with serving(world) as server:
        settings = FetchSettings(enabled=True, bases={s: f"{server.base}/{s}" for s in SERVICES})
        first = collect_findings(root, tmp_path / "cache", settings, rights_for=rights_for)
        asked = len(server.log)
        second = collect_findings(root, tmp_path / "cache", settings, rights_for=rights_for)
    assert asked > 0
    assert len(server.log) == asked
    assert first.stats["works_fetched"] == 25
    assert first.passages.height == first.passages["id"].n_unique()
    assert second.passages.equals(first.passages)
    assert second.rejects.equals(first.rejects)
    assert {"anticipatory"} <= {word for a in server.log for word in str(a.params).replace("(", " ").replace("'", " ").split()}
