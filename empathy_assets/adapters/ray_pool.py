"""Ray as a place for heavy maps: a pool of actors that load a model once and are given a few chunks at a time.

Lives here: reaching a cluster or starting a local one through dagster-ray, actors, back-pressure, retries. Must not live here: what is
computed, or what is kept of it (`compute`). Ray reports no usage from here, and a local cluster has no dashboard and a capped object store.
"""

import os
import socket
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Protocol

import polars as pl

from empathy_assets.adapters.compute import Function, apply_packed, packed, worker_count
from empathy_assets.policy.load import number

_MEBIBYTE = 1 << 20
# Before Ray is imported: it would report usage, and under `uv run` start its workers in an environment of their own.
_ENVIRONMENT = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


class ComputeError(RuntimeError):
    """The cluster could not be reached, or lost a chunk more often than policy allows."""


class Logged(Protocol):
    """What dagster-ray asks of a step's context: somewhere to say what it does."""

    @property
    def log(self) -> Any:
        """The step's log."""
        ...


class _Worker:
    """What an actor runs; engine functions keep their models per process, so each actor loads them once."""

    def apply(self, function: Function, data: bytes) -> bytes:
        """Return the function's packed result for one packed chunk."""
        return apply_packed(function, data)


@dataclass(frozen=True)
class RayPool:
    """Actors on Ray.

    Attributes:
        context: Execution context of the step, whose log dagster-ray writes to.
        address: Address of a cluster (`ray://host:10001`, `host:6379`, `auto`); empty starts one on this machine.
        actors: How many; 0: one per core of this machine.
        gpus: GPUs each actor holds; may be a fraction.
    """

    context: Logged
    address: str = ""
    actors: int = 0
    gpus: float = 0.0

    def run(self, function: Function, parts: Iterable[tuple[int, pl.DataFrame]]) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield (index, result) for (index, chunk) as they are finished.

        A chunk whose actor dies goes to the restarted actor; what the function itself raises ends the map, as in-process.

        Raises:
            ComputeError: The cluster cannot be reached, or an actor died more often than policy allows.
        """
        waiting = iter(parts)
        head = list(islice(waiting, self.actors or worker_count()))
        if not head:
            return
        ray = self._connected()
        retries = int(number("compute", "ray.retries"))
        remote = ray.remote(num_cpus=1, num_gpus=self.gpus, max_restarts=retries, max_task_retries=retries)(_Worker)
        crew = [remote.remote() for _ in head]
        try:
            with redirect_stdout(sys.stderr):  # Ray prints what it lost and tries again; stdout may be a command's JSON
                yield from self._shared_out(ray, crew, function, chain(head, waiting))
        finally:
            for actor in crew:
                ray.kill(actor)

    def _shared_out(
        self, ray: Any, crew: list[Any], function: Function, parts: Iterator[tuple[int, pl.DataFrame]]
    ) -> Iterator[tuple[int, pl.DataFrame]]:
        """Hand out chunks, so many per actor and no more: neither the object store nor a queue holds the whole frame."""
        running: dict[Any, tuple[int, Any]] = {}

        def hand_out(actor: Any) -> None:
            for index, part in islice(parts, 1):
                running[actor.apply.remote(function, packed(part))] = (index, actor)

        for _ in range(int(number("compute", "ray.ahead"))):
            for actor in crew:
                hand_out(actor)
        while running:
            (ready, *_), _ = ray.wait(list(running), num_returns=1)
            index, actor = running.pop(ready)
            try:
                result = ray.get(ready)
            except ray.exceptions.RayTaskError as error:
                raise error.as_instanceof_cause() from None
            except ray.exceptions.RayError as error:
                raise ComputeError(
                    f"Ray lost chunk {index + 1} for good: {str(error).splitlines()[0]}. Finished chunks are kept: give "
                    f"the workers more memory or fewer per machine (EMPATHY_RAY_ACTORS), and run again."
                ) from error
            hand_out(actor)
            yield index, pl.read_ipc(result)

    def _connected(self) -> Any:
        """Return Ray, connected; once per process."""
        os.environ.update({name: os.environ.get(name, value) for name, value in _ENVIRONMENT.items()})
        import ray

        if not ray.is_initialized():
            try:
                _knock(self.address)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)  # dagster-ray sets options that Ray has renamed
                    _resource(self.address, self.actors).connect(self.context)
            except (OSError, RuntimeError, ValueError, ModuleNotFoundError) as error:
                raise ComputeError(
                    f"Ray at {self.address or 'this machine'} cannot be used: {str(error).splitlines()[0]}. "
                    f"Correct EMPATHY_RAY_ADDRESS, or set EMPATHY_COMPUTE=local."
                ) from error
        return ray


def _knock(address: str) -> None:
    """Raise OSError if nobody listens at an address with a port; Ray itself would try for minutes."""
    host, _, port = address.rpartition("/")[2].rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=number("compute", "ray.connect_seconds")).close()


def _resource(address: str, actors: int) -> Any:
    """Return the dagster-ray resource: a cluster by its address, or one on this machine."""
    from dagster_ray import LocalRay

    class Cluster(LocalRay):
        """A cluster that runs already."""

        @property
        def ray_address(self) -> str:  # pyright: ignore[reportIncompatibleMethodOverride] - LocalRay says None, its base class str
            return address

    quiet = {"log_to_driver": False, "configure_logging": False}
    if address:
        return Cluster(ray_init_options=quiet)
    store = int(number("compute", "ray.object_store_mib")) * _MEBIBYTE
    cpus = max(actors, worker_count())
    return LocalRay(ray_init_options={**quiet, "num_cpus": cpus, "include_dashboard": False, "object_store_memory": store})
