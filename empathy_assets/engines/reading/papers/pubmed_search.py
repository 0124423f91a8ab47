"""Parser of PubMed esearch XML: how many records match, which, and where the history server keeps them.

Lives here: bytes to one result. Must not live here: articles (`pubmed.py`), HTTP.
"""

from pydantic import BaseModel, ConfigDict, Field

from empathy_assets.engines.reading.papers.markup import HostileMarkupError, bare, decoded, first, flat, parsed, tag, within


class SearchResult(BaseModel):
    """What esearch answered; `error` is empty if the answer can be used, and an empty result is usable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: int = Field(default=0, ge=0, description="Records that match.")
    ids: tuple[str, ...] = Field(default=(), description="PMIDs on this page.")
    web_env: str = Field(default="", description="History server session, empty without `usehistory=y`.")
    query_key: str = Field(default="", description="Number of the query in that session.")
    warnings: tuple[str, ...] = Field(default=(), description="Phrases not found and other messages.")
    error: str = Field(default="", description="Why the reply is unusable.")


def parse(data: bytes) -> SearchResult:
    """Return the search result in `data`; HTML, `<ERROR>` and damaged replies come back with `error` set."""
    try:
        root = parsed(bare(decoded(data)))
    except HostileMarkupError as error:
        return SearchResult(error=str(error))
    if root is None or tag(root) != "eSearchResult":
        return SearchResult(error=f"found {tag(root) if root is not None else 'no well-formed XML'}, expected eSearchResult")
    if errors := [flat(e) for e in within(root, "ERROR") if flat(e)]:
        return SearchResult(error="; ".join(errors)[:300])
    count = flat(first(root, "Count"))
    if not count.isdecimal():
        return SearchResult(error=f"found count {count[:20]!r}, expected a number")
    return SearchResult(
        count=int(count),
        ids=tuple(filter(None, (flat(e) for e in within(first(root, "IdList"), "Id")))),
        web_env=flat(first(root, "WebEnv")),
        query_key=flat(first(root, "QueryKey")),
        warnings=tuple(filter(None, (flat(e) for e in within(root, "PhraseNotFound", "FieldNotFound", "OutputMessage")))),
    )
