"""Tests of the settings read from the environment."""

from pathlib import Path

import pytest

from empathy_assets.adapters.settings import SAMPLE_LANDING, Settings, SettingsError

ENV_EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_nothing_configured_means_the_bundled_samples_and_a_local_folder() -> None:
    settings = Settings.from_env({"EMPATHY_LANDING": ""})
    assert settings.landing_dir == SAMPLE_LANDING
    assert settings.cache_dir == Path("data/cache").resolve()
    assert (settings.backend, settings.fetch, settings.scale) == ("embedded", False, 1.0)


def test_variables_are_read_and_typed(tmp_path: Path) -> None:
    settings = Settings.from_env({"EMPATHY_STORAGE": str(tmp_path), "EMPATHY_SCALE": "0.02", "EMPATHY_FETCH": "1"})
    assert (settings.scale, settings.fetch, settings.cache_dir) == (0.02, True, tmp_path / "cache")
    assert Settings.from_env({"EMPATHY_STORAGE": "s3://bucket/x"}).cache_dir == Path("data/cache").resolve()
    assert Settings.from_env({"EMPATHY_CACHE": str(tmp_path)}).cache_dir == tmp_path


@pytest.mark.parametrize(("name", "value"), [("EMPATHY_SCALE", "0"), ("EMPATHY_SCALE", "big"), ("EMPATHY_BACKEND", "gpt")])
def test_an_impossible_value_is_named_with_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}='{value}' found"):
        Settings.from_env({name: value})


def test_torch_judges_where_actors_hold_gpus_and_nowhere_else() -> None:
    given = {"EMPATHY_COMPUTE": "ray", "EMPATHY_RAY_GPUS": "0.5"}
    assert Settings.from_env(given).engine == "torch"
    assert Settings.from_env(given | {"EMPATHY_RAY_GPUS": "0"}).engine == "onnx"
    assert Settings.from_env(given | {"EMPATHY_COMPUTE": "local"}).engine == "onnx"


def test_export_formats_are_checked_and_put_in_order() -> None:
    assert Settings.from_env({"EMPATHY_EXPORTS": " webdataset,csv "}).exports == "csv,webdataset"
    with pytest.raises(SettingsError, match=r"EMPATHY_EXPORTS='csv,xml' found, but .*xml is unknown; expected any of csv, json-ld"):
        Settings.from_env({"EMPATHY_EXPORTS": "csv,xml"})


def test_every_variable_is_listed_in_the_example() -> None:
    listed = {line.split("=")[0] for line in ENV_EXAMPLE.read_text().splitlines() if line and not line.startswith("#")}
    assert {f"EMPATHY_{name.upper()}" for name in Settings.model_fields} <= listed
