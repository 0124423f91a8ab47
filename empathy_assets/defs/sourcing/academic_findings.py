"""The `academic_findings` asset: passages of papers with their citation."""

import os

import dagster as dg

from empathy_assets.adapters.landing import declared_rights
from empathy_assets.adapters.scholarly.findings import collect_findings
from empathy_assets.adapters.scholarly.settings import FetchSettings
from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.resources import Workspace
from empathy_assets.defs.sourcing.landed import reject_metadata
from empathy_assets.records.passage import Passage


@dataset(Passage, group="sourcing", kinds={"file"})
def academic_findings(context: dg.AssetExecutionContext, workspace: Workspace) -> Outcome:
    """Passages of abstracts with title, authors, year, DOI and PMID.

    Replies landed in `landing/papers/` are always read. With `EMPATHY_FETCH=1` the queries of `policy/queries.toml` are also put to
    PubMed, Semantic Scholar, Europe PMC, OpenAlex and Crossref; raw replies are cached, so a re-run makes no request.
    """
    context.log.info("live fetch is " + ("on" if workspace.fetch else "off: only landed papers are read; EMPATHY_FETCH=1 turns it on"))
    settings = FetchSettings.from_environment(os.environ).model_copy(update={"enabled": workspace.fetch})
    found = collect_findings(
        workspace.landing_dir,
        workspace.cache_dir / "scholarly",
        settings,
        rights_for=declared_rights(workspace.landing_dir),
        progress=context.log.info,
    )
    workspace.quarantine.write("academic_findings", found.rejects)
    return Outcome(found.passages, {**found.stats, **reject_metadata(found.rejects)})
