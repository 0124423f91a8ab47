"""The catalogue of record models by name, so that stored tables can name their schema in plain text."""

from pydantic import BaseModel

from empathy_assets.records.conversation import Conversation, SplitConversation
from empathy_assets.records.judge import Judge
from empathy_assets.records.package import PackageFile
from empathy_assets.records.passage import Passage
from empathy_assets.records.plan import PlanRow
from empathy_assets.records.reject import Reject
from empathy_assets.records.verdict import Verdict

RECORDS: dict[str, type[BaseModel]] = {
    model.__name__: model for model in (Conversation, SplitConversation, Passage, PlanRow, Verdict, Reject, Judge, PackageFile)
}
"""Every model that may be a stored table, keyed by class name."""
