"""Released records: one row of the record catalogue for each conversation of a package.

Lives here: what is kept of a conversation for those who look for it. Must not live here: its words, which stay in the package.
"""

from pydantic import BaseModel, ConfigDict, Field

from empathy_assets.records.conversation import Split, Stage


class ReleasedRecord(BaseModel):
    """Where a conversation stands in a package, where it comes from and how it was decided."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(description="Hash of the normalised content; the same words have the same id in every release.")
    split: Split = Field(description="train, val or test: the file of the package, `<split>.jsonl` and `<split>.parquet`.")
    line: int = Field(ge=1, description="Line in `<split>.jsonl`, and row of `<split>.parquet`, from 1.")
    stage: Stage = Field(description="Stage of the mix.")
    kind: str = Field(description="corpus, therapeutic, bias, nightmare, grounded, reasoning or persona.")
    source: str = Field(description="Asset that brought the record in.")
    licence: str = Field(description="SPDX identifier, inherited from the source.")
    file: str = Field(description="Landed file it comes from or rests on, relative to the landing root; empty: none.")
    file_sha256: str = Field(description="SHA-256 of that file's bytes, hex.")
    anchor: str = Field(description="The place in that file, in words.")
    record_id: str = Field(description="The source's own id of the record.")
    passage_id: str = Field(description="Passage it is grounded on; empty: none.")
    cluster_id: str = Field(description="Leakage cluster, never divided between splits.")
    exempt_from: str = Field(description="Gates it is exempt from, separated by commas.")
    ears: float | None = Field(default=None, ge=0, le=1, description="EARS score.")
    gates: int = Field(ge=0, description="Gates that passed it.")
    decision: str = Field(description="Why it is in the release, in the words of the composition.")
