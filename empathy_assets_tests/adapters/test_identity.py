"""Tests of the installation's identity."""

from pathlib import Path

from empathy_assets.adapters.identity import config_identity, git_commit, tree_sha256


def test_the_policy_hash_changes_with_a_byte_and_not_with_time(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("x = 1")
    first = tree_sha256(tmp_path)
    (tmp_path / "a.toml").write_text("x = 1")
    assert tree_sha256(tmp_path) == first
    (tmp_path / "a.toml").write_text("x = 2")
    assert tree_sha256(tmp_path) != first


def test_outside_a_repository_the_commit_is_unknown(tmp_path: Path) -> None:
    assert git_commit(tmp_path) == "unknown"


def test_nothing_of_this_machine_but_its_kind_is_in_the_identity() -> None:
    identity = config_identity()
    assert set(identity) == {"pipeline_version", "schema_version", "git_commit", "lock_sha256", "policy_sha256", "python", "platform"}
    assert str(Path.home()) not in str(identity)
