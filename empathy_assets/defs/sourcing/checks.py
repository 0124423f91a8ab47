"""Checks of the sources: something was read, its rights are declared, and quarantine stays an exception."""

import dagster as dg

from empathy_assets.defs.check import Rule, Tables, dataset_checks
from empathy_assets.engines.checking.finding import Finding
from empathy_assets.engines.checking.tables import has_rows, licences, one_schema_version, quarantine_share
from empathy_assets.policy.load import number

SOURCES = ("academic_findings", "books", "transcripts", "conversation_corpora")


def _rules(source: str) -> list[Rule]:
    def quarantined(tables: Tables, context: dg.AssetCheckExecutionContext) -> Finding:
        rejects = context.resources.workspace.quarantine.read(source)
        return quarantine_share(rejects["file"].n_unique(), tables[source].height, number("checks", "quarantine_share"))

    return [
        Rule("rows", "Something was landed and could be read.", lambda t, _: has_rows(t[source], "rows"), blocking=False),
        Rule("licence", "Every row carries a declared licence that policy accepts.", lambda t, _: licences(t[source])),
        Rule("schema_version", "Every row has the schema version of this code.", lambda t, _: one_schema_version(t[source])),
        Rule("quarantine", "Quarantined files are the exception, not the rule.", quarantined, blocking=False, share=True),
    ]


academic_findings_checks = dataset_checks("academic_findings", _rules("academic_findings"), resources={"workspace"})
books_checks = dataset_checks("books", _rules("books"), resources={"workspace"})
transcripts_checks = dataset_checks("transcripts", _rules("transcripts"), resources={"workspace"})
conversation_corpora_checks = dataset_checks("conversation_corpora", _rules("conversation_corpora"), resources={"workspace"})
