"""The `academic_findings` asset: passages of papers with their citation."""

import dagster as dg

from empathy_assets.adapters.scholarly.findings import collect_findings
from empathy_assets.adapters.scholarly.settings import EDITION_TAG
from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.resources import Workspace
from empathy_assets.defs.sourcing.landed import fetch_settings, quarantined, read_source
from empathy_assets.engines.reading.papers.work import Work
from empathy_assets.records.arrow import from_frame
from empathy_assets.records.passage import Passage


@dataset(Passage, group="sourcing", kinds={"file"})
def academic_findings(context: dg.AssetExecutionContext, workspace: Workspace) -> Outcome:
    """Passages of abstracts and full texts with title, authors, year, DOI and PMID.

    Replies landed in `landing/papers/` are always read. With `EMPATHY_FETCH=1` the queries of `policy/queries.toml` are also put to
    PubMed, Semantic Scholar, Europe PMC, OpenAlex and Crossref; raw replies are kept on the storage root, so a re-run makes no request.
    """
    context.log.info("live fetch is " + ("on" if workspace.fetch else "off: only landed papers are read; EMPATHY_FETCH=1 turns it on"))
    landed = read_source(context, workspace, "academic_findings")
    settings = fetch_settings(workspace, context.op_execution_context.get_tag(EDITION_TAG) or "")
    found = collect_findings(
        from_frame(landed.papers, Work), workspace.landing_dir, workspace.replies / "scholarly", settings, progress=context.log.info
    )
    return Outcome(found.passages, {**found.stats, **quarantined(workspace, "academic_findings", landed, found.rejects)})
