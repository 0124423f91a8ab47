"""The resources of the graph: the Parquet IO manager and the workspace, bound to one installation's settings.

Lives here: what assets may reach of the outside world. Must not live here: reading an environment variable (adapters/settings does).
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import dagster as dg
from pydantic import Field
from upath import UPath

from empathy_assets.adapters.cache import FrameCache
from empathy_assets.adapters.catalogue import Catalogue, database_url
from empathy_assets.adapters.compute import Pool, ProcessPool
from empathy_assets.adapters.data_designer import GenerationSettings
from empathy_assets.adapters.io_manager import ParquetIOManager
from empathy_assets.adapters.leases import hold
from empathy_assets.adapters.pictures import drawn
from empathy_assets.adapters.quarantine import Quarantine
from empathy_assets.adapters.ray_pool import RayPool
from empathy_assets.adapters.releases import package_path
from empathy_assets.adapters.scratch import sweep
from empathy_assets.adapters.settings import Settings, engine_of
from empathy_assets.adapters.storage import finish_swap, is_local, local, storage_root
from empathy_assets.engines.scoring.tier import Engine, Tier

ORPHANED = "The process of this run is gone: it was killed, or the machine was stopped while it ran."


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
    llm_parallel: int = Field(description="Requests in flight at that server.")
    llm_timeout: int = Field(description="Seconds one request may take.")
    llm_judge: bool = Field(description="Whether the model judges what it wrote.")
    llm_budget: float = Field(description="Most that generation may cost; 0: no limit.")
    llm_price_prompt: float = Field(description="Price of a million prompt tokens; -1: policy's.")
    llm_price_completion: float = Field(description="Price of a million completion tokens; -1: policy's.")
    workers: int = Field(description="Processes that write generated conversations; 0: one for each core.")
    compute: str = Field(description="`local` or `ray`.")
    ray_address: str = Field(description="Address of a Ray cluster; empty: one started on this machine.")
    ray_actors: int = Field(description="Actors on Ray; 0: one per core of this machine.")
    ray_gpus: float = Field(description="GPUs each actor holds.")
    fetch: bool = Field(description="Whether papers are fetched from the network.")
    detector_data: str = Field(description="Labelled JSONL to train the crisis detector from; empty: bundled weights.")
    detector_network: str = Field(description="Folder of a pre-trained network that its encoder is made from; empty: no encoder.")
    scorer_data: str = Field(description="Labelled JSONL to train the EARS scorer from; empty: bundled weights.")
    tier: str = Field(description="Judges of a build: `cascade`, `encoder` or `student`.")
    benchmark: str = Field(description="Labelled JSONL to certify the detector on; empty: the bundled benchmark.")
    decontaminate: str = Field(description="Benchmark files kept out of the data: paths, folders or patterns, separated by commas.")
    exports: str = Field(description="Formats of packages besides JSONL and Parquet, separated by commas.")

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
    def judging(self) -> Tier:
        """How much of a build the judges' encoders see; the settings have refused other names."""
        return cast(Tier, self.tier)

    @property
    def engine(self) -> Engine:
        """What runs the judges' encoders."""
        return engine_of(self.compute, self.ray_gpus)

    def pictures(self, draw: Callable[..., Mapping[str, bytes]], *given: object) -> dict[str, bytes]:
        """Return the pictures that `draw` makes of `given`, by title; remembered by content (`adapters.pictures`)."""
        return drawn(self.frames, draw, *given)

    def pool(self, context: dg.AssetExecutionContext) -> Pool:
        """Return where heavy maps run: processes of this machine, or actors on Ray."""
        if self.compute == "ray":
            return RayPool(context, address=self.ray_address, actors=self.ray_actors, gpus=self.ray_gpus)
        return ProcessPool()

    @property
    def generation(self) -> GenerationSettings:
        """How a language model is reached and what it may cost."""
        return GenerationSettings(
            endpoint=self.llm_endpoint,
            model=self.llm_model,
            key_env=self.llm_key_env,
            parallel=self.llm_parallel,
            timeout=self.llm_timeout,
            judge=self.llm_judge,
            budget=self.llm_budget,
            price_prompt=self.llm_price_prompt,
            price_completion=self.llm_price_completion,
            workers=self.workers,
        )

    @property
    def generation_dir(self) -> Path:
        """Where generation keeps its chunks and the replies it paid for."""
        return self.cache_dir / "generation"

    @property
    def replies(self) -> UPath:
        """Raw replies of services, on the storage root: whoever builds from it next asks nobody again."""
        return self.root / "replies"

    @property
    def export_formats(self) -> tuple[str, ...]:
        """The formats packages are written in besides JSONL and Parquet."""
        return tuple(self.exports.split(",")) if self.exports else ()

    @property
    def catalogue(self) -> Catalogue:
        """The database of releases."""
        return Catalogue(self.root, database_url(self.root, self.cache_dir))

    def hold(self, context: dg.AssetExecutionContext) -> None:
        """Take or keep the lease of the release that this step builds; see `reserve`."""
        for line in self.reserve(context.partition_key, context.op_execution_context.run_id, context.instance):
            context.log.info(line)

    def reserve(self, release: str, run_id: str, instance: dg.DagsterInstance) -> list[str]:
        """Take or keep the lease of a release for a run of `instance`, and clear away what killed builds left.

        Returns:
            What was cleared away, one sentence each.

        Raises:
            ReleaseBusyError: Another run builds it.
            CatalogueError: The database of releases cannot be used.
        """

        def ended(other: str) -> bool:
            run = instance.get_run_by_id(other)
            return run is not None and run.is_finished

        said = []
        orphan = instance.get_run_by_id(lost) if (lost := hold(self.catalogue, release, run_id, ended)) else None
        if orphan is not None and not orphan.is_finished:
            instance.report_run_failed(orphan, ORPHANED)
            said.append(f"run {orphan.run_id[:8]} had lost its process; it is marked as failed, its finished work is used")
        if finish_swap(package_path(self.root, release)):
            said.append(f"a publication of {release} that was killed is cleared away")
        if swept := sweep(self.cache_dir, *([local(self.root)] if is_local(self.root) else [])):
            said.append(str(swept))
        return said

    @property
    def quarantine(self) -> Quarantine:
        """The rejects of every source."""
        return Quarantine(self.root)


def workspace_of(settings: Settings) -> Workspace:
    """Return the workspace for `settings`."""
    given: dict[str, Any] = settings.model_dump() | {"landing": str(settings.landing_dir), "cache": str(settings.cache_dir)}
    return Workspace(**given)


def build_resources(settings: Settings) -> dict[str, object]:
    """Return the resources for `settings`; tests and the command line pass their own."""
    return {"workspace": workspace_of(settings), "io_manager": ParquetIOManager(root_uri=settings.storage)}
