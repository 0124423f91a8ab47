"""Tests of the policy loaders and of the policy files themselves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from empathy_assets.policy import load
from empathy_assets.policy.load import POLICY_DIR, PolicyError, number, numbers, table

FILES = sorted(path.stem for path in POLICY_DIR.glob("*.toml"))


@pytest.fixture
def own_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(load, "POLICY_DIR", tmp_path)
    for cached in (table, numbers):
        cached.cache_clear()
    yield tmp_path
    for cached in (table, numbers):
        cached.cache_clear()


@pytest.mark.parametrize("name", FILES)
def test_every_number_states_where_it_comes_from(name: str) -> None:
    for key, found in numbers(name).items():
        assert len(found.because) >= 20, key


def test_a_number_is_found_by_its_dotted_key() -> None:
    assert number("targets", "mix.foundation") == 0.40


def test_an_unknown_file_or_number_is_named_with_what_there_is(own_policy: Path) -> None:
    (own_policy / "own.toml").write_text('[least]\nvalue = 3\nbecause = "Written for this very test."\n')
    assert number("own", "least") == 3
    with pytest.raises(PolicyError, match=r"no number `most`; it has \['least'\]"):
        number("own", "most")
    with pytest.raises(PolicyError, match=r"expected one of \['own'\]"):
        table("other")


def test_a_number_without_its_reason_is_refused(own_policy: Path) -> None:
    (own_policy / "own.toml").write_text("[least]\nvalue = 3\n")
    with pytest.raises(PolicyError, match="because"):
        numbers("own")


def test_a_file_that_is_not_toml_is_refused(own_policy: Path) -> None:
    (own_policy / "own.toml").write_text("[least\n")
    with pytest.raises(PolicyError, match="not valid TOML"):
        table("own")
