"""The one entry point of the graph: load `defs/`, choose the executor, apply policy to all assets.

In-process is the default executor: a process per step costs more than the steps. Nothing else belongs here.
"""

import warnings

import dagster as dg

# Partitioned asset checks are what makes every gate readable per release; the feature is marked preview in Dagster 1.13.
warnings.filterwarnings("ignore", category=dg.PreviewWarning)
warnings.filterwarnings("ignore", category=dg.BetaWarning)

from pathlib import Path  # noqa: E402 - the filters must be in place before definitions are loaded


@dg.definitions
def defs() -> dg.Definitions:
    """Return everything under `defs/` with the in-process executor."""
    loaded = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
    return dg.Definitions.merge(loaded, dg.Definitions(executor=dg.in_process_executor))
