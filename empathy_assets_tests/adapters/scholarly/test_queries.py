"""Policy's queries and those dropped in landing."""

import pytest

from empathy_assets.adapters.scholarly import queries
from empathy_assets.adapters.scholarly.queries import all_queries, fingerprint, landed_queries, policy_queries
from empathy_assets.adapters.scholarly.settings import SERVICES
from empathy_assets.policy.load import PolicyError


def test_policy_names_therapeutic_queries_for_known_services():
    found = policy_queries()
    assert len(found) >= 15
    assert any(q.text == "trauma informed care" for q in found)
    assert all(q.services and set(q.services) <= set(SERVICES) and q.max_results > 0 for q in found)


def test_dropped_lines_are_added_once(tmp_path):
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "mine.txt").write_bytes(
        "# ours\r\n\r\n  anticipatory   grief \r\nTrauma Informed Care\r\nanticipatory grief\r\n".encode("utf-8-sig")
    )
    (folder / "._mine.txt").write_bytes(b"\x00\x05\x16\x07 what a file manager left behind")
    found, rejects = all_queries(tmp_path)
    assert rejects == []
    assert [q.text for q in found][len(policy_queries()) :] == ["anticipatory grief"]
    assert fingerprint(found) != fingerprint(policy_queries())


def test_long_lines_links_and_huge_files_are_rejected(tmp_path, monkeypatch):
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "a.txt").write_text("word " * 200 + "\nshort query\n")
    (folder / "b.txt").symlink_to(tmp_path / "elsewhere")
    (folder / "c.txt").mkdir()
    found, rejects = landed_queries(tmp_path)
    assert [q.text for q in found] == ["short query"]
    assert [(r.reason, r.file, r.position) for r in rejects] == [
        ("query-too-long", "queries/a.txt", "line 1"),
        ("unreadable", "queries/b.txt", ""),
        ("unreadable", "queries/c.txt", ""),
    ]


def test_an_unknown_service_in_policy_is_said(monkeypatch):
    policy = {"services": ["pubmed"], "query": [{"text": "a", "services": ["google"]}]}
    monkeypatch.setattr(queries, "table", lambda _: policy)
    with pytest.raises(PolicyError, match="google"):
        policy_queries()
