"""The one entry point of the graph: load `defs/`, bind resources to settings, choose the executor. Nothing else belongs here.

In-process is the default executor because a process per step costs more than the steps.
"""

from pathlib import Path

import dagster as dg

from empathy_assets.adapters.settings import Settings
from empathy_assets.defs.resources import build_resources


def build_defs(settings: Settings | None = None) -> dg.Definitions:
    """Return all definitions, resources bound to `settings` (default: the environment's); shared by Dagster, command line and tests."""
    loaded = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
    resources = build_resources(settings or Settings.from_env())
    return dg.Definitions.merge(loaded, dg.Definitions(resources=resources, executor=dg.in_process_executor))


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions for the settings of the environment."""
    return build_defs()
