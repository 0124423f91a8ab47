"""Settings from the environment."""

import pytest

from empathy_assets.adapters.scholarly.settings import SERVICES, FetchSettings


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
        {"NCBI_API_KEY": " k1 ", "OPENALEX_API_KEY": "k2", "SEMANTIC_SCHOLAR_API_KEY": "", "NCBI_EMAIL": "a@example.org"}
    )
    assert (settings.key("pubmed"), settings.key("openalex"), settings.key("semantic_scholar")) == ("k1", "k2", "")
    assert settings.email == "a@example.org"
    assert "k1" not in repr(settings) + settings.model_dump_json()
