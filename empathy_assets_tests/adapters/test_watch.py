"""Tests of the landing folder's snapshots."""

from pathlib import Path

from empathy_assets.adapters.watch import as_cursor, changed, snapshot


def cursor(landing: Path) -> str:
    return as_cursor(snapshot(landing))


def test_added_changed_and_removed_files_are_seen_by_folder(tmp_path: Path) -> None:
    (tmp_path / "books").mkdir()
    empty = cursor(tmp_path)
    (tmp_path / "books" / "a.txt").write_text("one")
    one = cursor(tmp_path)
    (tmp_path / "books" / "a.txt").write_text("one and more")
    (tmp_path / "rights.toml").write_text("")
    both = cursor(tmp_path)
    assert changed(empty, one) == ["books"]
    assert changed(one, both) == ["books", "rights.toml"]
    assert changed(both, empty) == ["books", "rights.toml"]
    assert changed(both, cursor(tmp_path)) == []


def test_hidden_files_and_a_missing_folder_are_nothing(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").write_text("x")
    assert snapshot(tmp_path) == {}
    assert snapshot(tmp_path / "none") == {}
