"""The library itself, loaded so that it stays quiet: no telemetry, no download, no file outside its folder, no request past the guard.

This module alone reaches inside Data Designer, which is pinned to one version for that reason; its tests fail where the insides move.
"""

import logging
import os
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from empathy_assets.adapters.data_designer.guard import Guard
from empathy_assets.engines.lasting import lasting


def designer(folder: Path, provider: dict[str, Any], alias: str, guard: Guard) -> Any:
    """Return a Data Designer that works in `folder` and asks the provider through the guard.

    Args:
        folder: Where it keeps its artifacts and its home.
        provider: Arguments of `ModelProvider`.
        alias: Alias of the model whose requests are guarded.
        guard: What they pass.
    """
    load(folder)
    from data_designer.config.models import ModelProvider
    from data_designer.interface import DataDesigner

    class Guarded(DataDesigner):
        """Data Designer whose requests pass the guard: the library has no setting for what it asks again, or for how long."""

        def _create_resource_provider(self, *args: Any, **kwargs: Any) -> Any:
            made = super()._create_resource_provider(*args, **kwargs)
            registry: Any = made.model_registry
            executor = registry.get_model(model_alias=alias)._client
            executor._inner = guard.client(executor._inner)
            return made

        def _create_dataset_profiler(self, *args: Any, **kwargs: Any) -> Any:
            """Return a profiler that profiles nothing: nobody reads its figures, and it downloads a tokenizer for them."""
            return _NoProfile()

    return Guarded(artifact_path=folder, model_providers=[ModelProvider(**provider)], auto_configure_logging=False)


def home() -> str:
    """Return the name of the library's home: one for each process, since what it writes there at its start is not written at once."""
    return f"home-{os.getpid()}"


def load(folder: Path) -> None:
    """Import the library with telemetry off and its home in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["NEMO_TELEMETRY_ENABLED"] = "false"  # read at import
    os.environ["DATA_DESIGNER_HOME"] = str(folder / home())
    log = logging.getLogger("data_designer")
    if log.level == logging.NOTSET:  # it says several lines per lost row; the guard counts them
        log.setLevel(logging.ERROR)
    # The tokenizer would be fetched for every reply of a model that shows its thoughts.
    _token_counting().get_cl100k_base_tokenizer = _no_download


@cache
def _token_counting() -> Any:
    """Import the library, all of it that is used here, and return the module that counts tokens; what it makes while it loads stays."""
    with lasting():
        import data_designer.interface.data_designer  # noqa: F401  # pyright: ignore[reportUnusedImport]
        from data_designer.engine.utils import token_counting
    return token_counting


def _no_download() -> NoReturn:
    raise RuntimeError("tokens are not counted here: the tokenizer would be downloaded")


class _NoProfile:
    def profile_dataset(self, *args: Any, **kwargs: Any) -> None:
        return None
