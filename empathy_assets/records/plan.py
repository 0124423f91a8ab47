"""Plan rows: one conversation to generate, with all randomness already decided."""

from pydantic import BaseModel, ConfigDict, Field

from empathy_assets.records.conversation import Stage


class PlanRow(BaseModel):
    """One row of `generation_plan`. Same row, same banks, same bytes in the embedded backend."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    row_id: str = Field(min_length=1, description="Identity of the row: kind and running number.")
    row_seed: int = Field(ge=0, description="Seed of every random draw made for this row.")
    kind: str = Field(description="therapeutic, bias, nightmare, grounded, reasoning or persona.")
    stage: Stage = Field(description="Stage the conversation is meant for.")
    asset: str = Field(description="Asset that generates the row, e.g. `bias_samples`.")
    backend: str = Field(description="`embedded` or `llm`.")
    n_turns: int = Field(ge=4, le=24, description="Turns of the dialogue, client and counsellor together, even.")
    issue: str = Field(default="", description="Presenting issue.")
    category: str = Field(default="", description="Crisis category.")
    intensity: str = Field(default="", description="moderate, high, very-high or ultra.")
    disclosure: str = Field(default="", description="explicit, implicit, passive, third-party or denial.")
    modality: str = Field(default="", description="Therapeutic modality.")
    phase: str = Field(default="", description="Phase of the session.")
    tone: str = Field(default="", description="Tone of the client.")
    profile: str = Field(default="", description="Client profile.")
    persona_id: str = Field(default="", description="Voice.")
    pair_id: str = Field(default="", description="Counterfactual pair; both members carry the same `row_seed`.")
    bias_attribute: str = Field(default="", description="Attribute in which the pair differs.")
    bias_value: str = Field(default="", description="This member's value.")
    passage_id: str = Field(default="", description="Passage to ground on.")
    family_id: str = Field(default="", description="Rows that must stay in one split.")
