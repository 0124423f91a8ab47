"""The `books` asset: passages of landed PDF, EPUB, TXT and HTML books with chapter, page and paragraph."""

import dagster as dg

from empathy_assets.defs.dataset import Outcome, dataset
from empathy_assets.defs.resources import Workspace
from empathy_assets.defs.sourcing.landed import quarantined, read_source
from empathy_assets.records.passage import Passage


@dataset(Passage, group="sourcing", kinds={"file"})
def books(context: dg.AssetExecutionContext, workspace: Workspace) -> Outcome:
    """Passages of the books in `landing/books/`, anchored to chapter, page and paragraph, each with its declared licence.

    PDF, EPUB 2/3, TXT and HTML. Only new or changed files are read; files without declared rights, damaged, encrypted or
    DRM-protected ones are quarantined with their reason.
    """
    landed = read_source(context, workspace, "books")
    return Outcome(landed.passages, quarantined(workspace, "books", landed))
