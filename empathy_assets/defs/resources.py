"""The resources of the graph: the Parquet IO manager and the workspace, bound to one installation's settings.

Lives here: what assets may reach of the outside world. Must not live here: reading an environment variable (adapters/settings does).
"""

from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field
from upath import UPath

from empathy_assets.adapters.cache import FrameCache
from empathy_assets.adapters.io_manager import ParquetIOManager
from empathy_assets.adapters.quarantine import Quarantine
from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.storage import storage_root


class Workspace(dg.ConfigurableResource):
    """Landing folder, storage root, caches and sizes of this installation."""

    landing: str = Field(description="Folder of landed files.")
    storage: str = Field(description="Storage root: a local folder or `s3://bucket/prefix`.")
    cache: str = Field(description="Local folder for caches and scratch files.")
    scale: float = Field(description="Release targets are multiplied by this.")
    seed: int = Field(description="Seed of the generation plan.")
    backend: str = Field(description="`embedded` or `llm`.")
    llm_endpoint: str = Field(description="Base URL of an OpenAI-compatible server.")
    llm_model: str = Field(description="Model name at that server.")
    llm_key_env: str = Field(description="Name of the environment variable that holds the key.")
    fetch: bool = Field(description="Whether papers are fetched from the network.")
    detector_data: str = Field(description="Labelled JSONL to train the crisis detector from; empty: bundled weights.")
    scorer_data: str = Field(description="Labelled JSONL to train the EARS scorer from; empty: bundled weights.")
    benchmark: str = Field(description="Labelled JSONL to certify the detector on; empty: the bundled benchmark.")

    @property
    def root(self) -> UPath:
        """The storage root."""
        return storage_root(self.storage)

    @property
    def landing_dir(self) -> Path:
        """The landing folder."""
        return Path(self.landing)

    @property
    def cache_dir(self) -> Path:
        """The cache folder."""
        return Path(self.cache)

    @property
    def frames(self) -> FrameCache:
        """The content-addressed cache of intermediate frames."""
        return FrameCache(UPath(self.cache))

    @property
    def replies(self) -> UPath:
        """Raw replies of services, on the storage root: whoever builds from it next asks nobody again."""
        return self.root / "replies"

    @property
    def quarantine(self) -> Quarantine:
        """The rejects of every source."""
        return Quarantine(self.root)


def build_resources(settings: Settings) -> dict[str, object]:
    """Return the resources for `settings`; tests and the command line pass their own."""
    given: dict[str, Any] = settings.model_dump() | {"landing": str(settings.landing_dir), "cache": str(settings.cache_dir)}
    return {"workspace": Workspace(**given), "io_manager": ParquetIOManager(root_uri=settings.storage)}
