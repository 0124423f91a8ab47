"""Tests of release keys and their sizes."""

import pytest

from empathy_assets.policy import releases as module
from empathy_assets.policy.load import PolicyError
from empathy_assets.policy.releases import Release, due_for_archive, largest_target, mix, releases, version_of


def test_next_rolls_and_versions_do_not() -> None:
    found = releases()
    assert found["next"].rolling
    assert not any(release.rolling for key, release in found.items() if key.startswith("v"))


def test_shares_add_up_to_one() -> None:
    assert sum(mix().values()) == pytest.approx(1.0)


@pytest.mark.parametrize(("scale", "size"), [(1.0, 60_000), (0.02, 1_200), (0.01001, 600), (0.000001, 20)])
def test_a_size_is_a_multiple_of_twenty_so_that_the_mix_is_exact(scale: float, size: int) -> None:
    assert Release(key="next", target=60_000, rolling=True).size(scale) == size
    assert size % 20 == 0


def test_all_but_the_newest_versions_are_due_for_the_archive() -> None:
    keys = ["next", "v0.10.0", "v0.2.0", "v1.0.0", "v0.9.1"]
    assert due_for_archive(keys) == ["v0.2.0"]
    assert due_for_archive(keys[:3]) == []
    assert [version_of(key) for key in ("next", "v0.10.0", "v1", "archive")] == [None, (0, 10, 0), None, None]


def test_the_plan_is_made_for_the_largest_release() -> None:
    assert largest_target(0.5) == max(release.size(0.5) for release in releases().values())


@pytest.mark.parametrize(
    "rows",
    [
        {"latest": {"target": 1, "rolling": True}},
        {"v1.0.0": {"target": 0, "rolling": False}},
        {"next": {}},
        {"next": {"target": 9, "rolling": True, "apart_from": ["v9.9.9"]}},
    ],
)
def test_impossible_releases_are_refused(rows: dict[str, dict[str, object]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "table", lambda _: rows)
    releases.cache_clear()
    try:
        with pytest.raises(PolicyError, match=r"releases\.toml"):
            releases()
    finally:
        releases.cache_clear()
