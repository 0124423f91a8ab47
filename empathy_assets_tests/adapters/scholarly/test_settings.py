"""Settings from the environment."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from empathy_assets.adapters.scholarly.settings import SERVICES, FetchSettings, edition_of


def test_the_default_asks_nobody():
    settings = FetchSettings.from_environment({})
    assert not settings.enabled
    assert settings.keys == {}
    assert set(settings.bases) == set(SERVICES)


@pytest.mark.parametrize(("value", "on"), [("1", True), ("true", True), ("0", False), ("", False), ("no", False)])
def test_the_switch(value, on):
    assert FetchSettings.from_environment({"EMPATHY_FETCH": value}).enabled is on


def test_keys_are_read_and_never_shown():
    settings = FetchSettings.from_environment(
        # pragma: allowlist nextline secret - of nobody
        {"NCBI_API_KEY": " k1 ", "OPENALEX_API_KEY": "k2", "SEMANTIC_SCHOLAR_API_KEY": "", "NCBI_EMAIL": "a@example.org"}
    )
    assert (settings.key("pubmed"), settings.key("openalex"), settings.key("semantic_scholar")) == ("k1", "k2", "")
    assert settings.email == settings.mailto == "a@example.org"
    assert FetchSettings.from_environment({"NCBI_EMAIL": "a@example.org", "CROSSREF_MAILTO": "b@example.org"}).mailto == "b@example.org"
    assert "k1" not in repr(settings) + settings.model_dump_json()


def test_an_edition_is_an_iso_week_and_a_run_s_goes_before_the_environment_s():
    assert edition_of(datetime(2026, 11, 21, 6, tzinfo=UTC)) == "2026-W47"
    assert edition_of(datetime(2027, 1, 1, tzinfo=UTC)) == "2026-W53"
    assert edition_of(datetime(2026, 2, 2, tzinfo=UTC)) == "2026-W06"
    environment = {"EMPATHY_FETCH_EDITION": " trial "}
    assert FetchSettings.from_environment(environment).edition == "trial"
    assert FetchSettings.from_environment(environment, edition="2026-W47").edition == "2026-W47"
    with pytest.raises(ValidationError):
        FetchSettings(edition="../elsewhere")
