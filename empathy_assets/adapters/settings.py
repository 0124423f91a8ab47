"""The settings of one installation, read from the environment in one place.

Lives here: names, defaults and validation of every `EMPATHY_*` variable. Must not live here: secrets; those are named, never read, here.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from empathy_assets.engines.packaging.context import EXPORTS
from empathy_assets.engines.scoring.tier import Engine, Tier

SAMPLE_LANDING = Path(__file__).parent.parent / "sample_landing"


class SettingsError(ValueError):
    """An `EMPATHY_*` variable has an impossible value."""


def engine_of(compute: str, gpus: float) -> Engine:
    """Return what runs the judges' encoders: torch where actors on Ray hold GPUs, the cores' engine elsewhere."""
    return "torch" if compute == "ray" and gpus > 0 else "onnx"


class Settings(BaseModel):
    """Where raw material lies, where results go, how large the release is and who writes generated conversations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    landing: str = Field(default=str(SAMPLE_LANDING), description="Folder of landed files; default: the bundled samples.")
    storage: str = Field(default="data", description="Storage root: a local folder or `s3://bucket/prefix`.")
    cache: str = Field(default="", description="Local folder for caches and scratch files; default: `cache` below a local storage root.")
    scale: float = Field(default=1.0, gt=0, le=100, description="Release targets are multiplied by this; 0.02 builds 1,200 conversations.")
    seed: int = Field(default=20_260_101, ge=0, description="Seed of the generation plan.")
    backend: Literal["embedded", "llm"] = Field(default="embedded", description="Who writes generated conversations.")
    llm_endpoint: str = Field(default="", description="Base URL of an OpenAI-compatible server, for backend `llm`.")
    llm_model: str = Field(default="", description="Model name at that server.")
    llm_key_env: str = Field(default="EMPATHY_LLM_API_KEY", description="Name of the variable that holds the key.")
    llm_parallel: int = Field(default=16, ge=1, le=512, description="Requests in flight at that server.")
    llm_timeout: int = Field(default=120, ge=1, le=3600, description="Seconds one request may take.")
    llm_judge: bool = Field(default=True, description="Whether the model judges what it wrote; unsafe dialogues are asked again.")
    llm_budget: float = Field(default=0.0, ge=0, description="Most that generation may cost, in the currency of the prices; 0: no limit.")
    llm_price_prompt: float = Field(default=-1.0, ge=-1, description="Price of a million prompt tokens; -1: policy's.")
    llm_price_completion: float = Field(default=-1.0, ge=-1, description="Price of a million completion tokens; -1: policy's.")
    workers: int = Field(default=0, ge=0, le=256, description="Processes that write generated conversations; 0: one for each core.")
    compute: Literal["local", "ray"] = Field(default="local", description="Where conversations are scored: this machine's cores, or Ray.")
    ray_address: str = Field(default="", description="Address of a Ray cluster, for compute `ray`; default: one started on this machine.")
    ray_actors: int = Field(default=0, ge=0, le=4096, description="Actors on Ray; 0: one per core of this machine.")
    ray_gpus: float = Field(default=0.0, ge=0, le=8, description="GPUs each actor holds, for judging with torch; may be a fraction.")
    fetch: bool = Field(default=False, description="Whether papers are fetched from the network; landed files are always read.")
    detector_data: str = Field(default="", description="Labelled JSONL to train the crisis detector from; default: bundled weights.")
    detector_network: str = Field(
        default="",
        description="Folder of a pre-trained network that the detector's encoder is made from; extra `gpu`; default: no encoder.",
    )
    scorer_data: str = Field(default="", description="Labelled JSONL to train the EARS scorer from; default: bundled weights.")
    tier: Tier = Field(
        default="cascade", description="Judges of a build: `cascade`, `encoder` (every turn; slowest), `student` (quickest)."
    )
    benchmark: str = Field(default="", description="Labelled JSONL to certify the detector on; default: the bundled benchmark.")
    decontaminate: str = Field(default="", description="Benchmark files kept out of the data: paths, folders or patterns; commas.")
    exports: str = Field(default="", description="Formats of packages besides JSONL and Parquet: any of csv, json-ld, webdataset; commas.")

    @field_validator("exports")
    @classmethod
    def _known_formats(cls, value: str) -> str:
        named = [part.strip() for part in value.split(",") if part.strip()]
        if unknown := sorted(set(named) - set(EXPORTS)):
            raise ValueError(f"{', '.join(unknown)} is unknown; expected any of {', '.join(EXPORTS)}, separated by commas")
        return ",".join(name for name in EXPORTS if name in named)

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Return the settings of the environment; unset and empty variables take their defaults.

        Raises:
            SettingsError: A variable cannot be understood.
        """
        env = os.environ if env is None else env
        given = {name: env[var] for name in cls.model_fields if env.get(var := f"EMPATHY_{name.upper()}", "").strip()}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            name = f"EMPATHY_{str(first['loc'][0]).upper()}"
            found = f"{name}={first['input']!r} found, but {first['msg'].lower()}"
            raise SettingsError(f"{found}. Correct it in the environment or .env.") from None

    @property
    def engine(self) -> Engine:
        """What runs the judges' encoders."""
        return engine_of(self.compute, self.ray_gpus)

    @property
    def cache_dir(self) -> Path:
        """The local cache folder, absolute."""
        if self.cache:
            return Path(self.cache).expanduser().resolve()
        if self.storage.startswith("s3://"):
            return Path("data/cache").resolve()
        return Path(self.storage.removeprefix("file://")).expanduser().resolve() / "cache"

    @property
    def landing_dir(self) -> Path:
        """The landing folder, absolute."""
        return Path(self.landing).expanduser().resolve()
