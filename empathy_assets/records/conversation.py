"""Conversations: the unit every stage, gate, split and release is made of.

Lives here: the shape of a conversation with its labels and scores. Must not live here: how a label or score is found.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from empathy_assets.records.provenance import Provenance
from empathy_assets.records.versions import PIPELINE_VERSION, SCHEMA_VERSION

Role = Literal["system", "user", "assistant"]
Stage = Literal["foundation", "expertise", "nightmare-fuel", "persona"]
Split = Literal["train", "val", "test"]

STAGES: tuple[Stage, ...] = ("foundation", "expertise", "nightmare-fuel", "persona")
SPLITS: tuple[Split, ...] = ("train", "val", "test")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Turn(_Frozen):
    """One utterance; `user` is the client, `assistant` the counsellor."""

    role: Role = Field(description="Who speaks: `user` is the client, `assistant` the counsellor, `system` the instruction.")
    content: str = Field(min_length=1, description="What was said, plain text.")


class Labels(_Frozen):
    """What is known about a conversation before any model has judged it. Empty string: the source says nothing."""

    kind: str = Field(default="", description="corpus, therapeutic, bias, nightmare, grounded, reasoning or persona.")
    issue: str = Field(default="", description="Presenting issue, e.g. `grief`.")
    category: str = Field(default="", description="Crisis category, e.g. `suicidality`; empty outside crisis scenarios.")
    intensity: str = Field(default="", description="Difficulty of a crisis scenario: moderate, high, very-high or ultra.")
    disclosure: str = Field(default="", description="How the client discloses: explicit, implicit, passive, third-party or denial.")
    challenges: list[str] = Field(default_factory=list, description="What the scenario is expected to demand of the counsellor.")
    modality: str = Field(default="", description="Therapeutic modality, e.g. `MI`, `trauma-informed`.")
    phase: str = Field(default="", description="Phase of the session.")
    tone: str = Field(default="", description="Tone of the client.")
    profile: str = Field(default="", description="Client profile in words.")
    persona_id: str = Field(default="", description="Voice of a persona conversation, e.g. `wayfarer-balanced`.")
    voice_signature: str = Field(default="", description="Hash of the style figures that voice was rendered with.")
    pair_id: str = Field(default="", description="Counterfactual pair; both members share it, one cluster, one fate.")
    bias_attribute: str = Field(default="", description="The one attribute in which the members of a pair differ.")
    bias_value: str = Field(default="", description="This member's value of that attribute.")
    family_id: str = Field(default="", description="Conversations ordered together by the plan; kept in one split.")
    known_crisis: bool | None = Field(default=None, description="True or false where the source or plan says so, else null.")
    quality: str = Field(default="", description="Quality as labelled by the source: high or low.")


class Evidence(_Frozen):
    """The sentence that earned a component its probability."""

    component: str = Field(description="empathize, acknowledge, reflect, support, minimize, directive or prohibited.")
    turn: int = Field(ge=0, description="Index of the turn.")
    start: int = Field(ge=0, description="First character of the sentence in that turn.")
    end: int = Field(ge=0, description="One past the last character.")
    probability: float = Field(ge=0, le=1, description="Probability the judge gave the component there.")


class Scores(_Frozen):
    """What the judges found. Null: not judged."""

    ears: float | None = Field(default=None, ge=0, le=1, description="EARS of the conversation, calibrated, 0 to 1.")
    empathize: float | None = Field(default=None, ge=0, le=1, description="P(empathy is shown somewhere).")
    acknowledge: float | None = Field(default=None, ge=0, le=1, description="P(the client's experience is acknowledged somewhere).")
    reflect: float | None = Field(default=None, ge=0, le=1, description="P(a reflection of this client's words somewhere).")
    support: float | None = Field(default=None, ge=0, le=1, description="P(a next step or support is offered somewhere).")
    penalty: float | None = Field(default=None, ge=0, le=1, description="What minimising and directive language took off.")
    evidence: list[Evidence] = Field(default_factory=list, description="Best sentence per component.")
    crisis: float | None = Field(default=None, ge=0, le=1, description="Highest calibrated crisis score over the client's turns.")
    crisis_flagged: bool | None = Field(default=None, description="Score at or above the certified threshold.")
    crisis_severe: bool | None = Field(default=None, description="Score at or above the stricter severity threshold.")
    crisis_category: str = Field(default="", description="Likeliest category where flagged.")
    groundedness: float | None = Field(default=None, ge=0, le=1, description="Share of the reply's claims the passage supports.")
    style_match: float | None = Field(
        default=None, ge=0, le=1, description="How much the counsellor sounds like the record's voice rather than like any other."
    )
    language: str = Field(default="", description="ISO 639-1 code of the conversation's language.")
    words: int | None = Field(default=None, ge=0, description="Words over all turns.")
    pii_replaced: int | None = Field(default=None, ge=0, description="Identifiers replaced by placeholders.")
    pii_residue: int | None = Field(default=None, ge=0, description="Identifiers still found after replacement; must be 0.")
    detector_version: str = Field(default="", description="Version of the crisis detector that scored.")
    scorer_version: str = Field(default="", description="Version of the EARS scorer that scored.")


class Conversation(_Frozen):
    """One dialogue with its stage, source, licence, labels and scores. `id` is the hash of its normalised content."""

    id: str = Field(min_length=1, description="Hash of the normalised content (`records.ids.conversation_id`).")
    turns: list[Turn] = Field(min_length=1, description="The dialogue, oldest turn first.")
    stage: Stage | None = Field(default=None, description="Stage dataset the record belongs to; null before staging.")
    source: str = Field(description="Asset that brought the record in, e.g. `conversation_corpora`.")
    provenance: Provenance = Field(default_factory=Provenance, description="Where it comes from.")
    licence: str = Field(default="", description="SPDX identifier of the licence, inherited from the source.")
    labels: Labels = Field(default_factory=Labels, description="What source or plan say about it.")
    scores: Scores = Field(default_factory=Scores, description="What the judges found.")
    exempt_from: list[str] = Field(default_factory=list, description="Gates it is exempt from; only `content` and only in nightmare-fuel.")
    schema_version: str = Field(default=SCHEMA_VERSION, description="Version of this schema.")
    pipeline_version: str = Field(default=PIPELINE_VERSION, description="Version of the code that prepared the record.")


class SplitConversation(Conversation):
    """A conversation of a composed release with its leakage cluster and split."""

    cluster_id: str = Field(min_length=1, description="Leakage cluster; a cluster is never divided between splits.")
    split: Split = Field(description="train, val or test.")
