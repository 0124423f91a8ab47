"""Tests of the installation's identity."""

import subprocess
from pathlib import Path

import pytest

from empathy_assets.adapters import identity
from empathy_assets.adapters.identity import code_sha256, config_identity, git_commit, tree_sha256


def test_the_policy_hash_changes_with_a_byte_and_not_with_time(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("x = 1")
    first = tree_sha256(tmp_path)
    (tmp_path / "a.toml").write_text("x = 1")
    assert tree_sha256(tmp_path) == first
    (tmp_path / "a.toml").write_text("x = 2")
    changed = tree_sha256(tmp_path)
    assert changed != first
    (tmp_path / "timeouts.toml").write_text("x = 1")
    assert tree_sha256(tmp_path, ["timeouts.toml"]) == changed != tree_sha256(tmp_path)


def test_the_code_hash_changes_with_code_policy_and_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "policy").mkdir()
    code, policy = tmp_path / "a.py", tmp_path / "policy" / "a.toml"
    monkeypatch.setattr(identity, "PACKAGE", tmp_path)
    monkeypatch.setattr(identity, "POLICY_DIR", tmp_path / "policy")
    code.write_text("x = 1")
    policy.write_text("x = 1")
    hashed = code_sha256.__wrapped__  # a process asks once
    seen = {hashed(), hashed("numpy"), hashed("numpy", "polars")}
    assert len(seen) == 3
    code.write_text("x = 2")
    seen.add(hashed())
    policy.write_text("x = 2")
    seen.add(hashed())
    assert len(seen) == 5
    (tmp_path / "note.md").write_text("no code")
    assert hashed() in seen


def test_outside_a_repository_the_commit_is_unknown(tmp_path: Path) -> None:
    assert git_commit(tmp_path) == "unknown"


def test_a_commit_whose_code_was_changed_says_so(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=n", "-c", "user.email=n@example.org")
        subprocess.run(["git", "-C", str(tmp_path), *identity, *arguments], check=True, capture_output=True)

    (tmp_path / "empathy_assets").mkdir()
    code = tmp_path / "empathy_assets" / "a.py"
    code.write_text("x = 1")
    git("init")
    git("add", ".")
    git("commit", "-m", "one")
    clean = git_commit(tmp_path)
    assert len(clean) == 40
    (tmp_path / "note.txt").write_text("mine")
    assert git_commit(tmp_path) == clean
    code.write_text("x = 2")
    assert git_commit(tmp_path) == f"{clean}-dirty"


def test_nothing_of_this_machine_but_its_kind_is_in_the_identity() -> None:
    identity = config_identity()
    hashes = {"lock_sha256", "policy_sha256", "prompts_sha256", "banks_sha256"}
    assert set(identity) == {"pipeline_version", "schema_version", "git_commit", "python", "platform"} | hashes
    assert len({identity[name] for name in hashes}) == len(hashes)
    assert str(Path.home()) not in str(identity)
