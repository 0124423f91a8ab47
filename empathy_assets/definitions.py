"""The one entry point of the graph: load `defs/`, bind resources to settings, choose the executor. Nothing else belongs here.

In-process is the default executor because a process per step costs more than the steps.
"""

import gc
import warnings
from functools import cache
from pathlib import Path

import dagster as dg

from empathy_assets import defs as folder
from empathy_assets.adapters.settings import Settings
from empathy_assets.defs.resources import build_resources


def build_defs(settings: Settings | None = None) -> dg.Definitions:
    """Return all definitions, resources bound to `settings` (default: the environment's); shared by Dagster, command line and tests."""
    tree = dg.ComponentTree.from_module(defs_module=folder, project_root=Path(__file__).parents[1])
    with warnings.catch_warnings():
        for early in (dg.PreviewWarning, dg.BetaWarning):  # of what Dagster itself loads a folder with
            warnings.simplefilter("ignore", early)
        # `load_from_defs_folder` does this too, and then describes the components of every installed package: boto3 imported for nothing.
        loaded = tree.build_defs(tree.defs_module_path)
    resources = build_resources(settings or Settings.from_env())
    _settle()
    return dg.Definitions.merge(loaded, dg.Definitions(resources=resources, executor=dg.in_process_executor))


@cache
def _settle() -> None:
    """Spare the garbage collector what a process has imported by now, once: it stays to the end, which comes half a second sooner."""
    gc.freeze()


@cache
def _known(settings: Settings) -> dg.Definitions:
    return build_defs(settings)


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions for the settings of the environment; one `dagster` command asks for them up to seven times."""
    return _known(Settings.from_env())  # pyright: ignore[reportArgumentType] - a frozen model has a hash
