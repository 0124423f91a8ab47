"""NeMo Data Designer: plan rows become conversations, by a language model or by the embedded grammar, row by row in one configuration.

`settings` says where the model is and what it may cost, `budget` what asking it will cost, `prompts` what it is asked, `designer` holds the
one Data Designer configuration, `judge` its judge column, `guard` stands between it and the endpoint, `store` keeps what was paid for,
`chunks` what the grammar wrote, `crew` has chunks written by other processes, and `run` brings it together: plan in, conversations,
shortfall and reasons (`account`) out.

Nothing is written outside the artifact folder; the key of the endpoint is named, never stored; telemetry is off before the library loads.
"""

from empathy_assets.adapters.data_designer.account import Generated
from empathy_assets.adapters.data_designer.budget import Estimate, estimate, refuse_over_budget
from empathy_assets.adapters.data_designer.run import generate
from empathy_assets.adapters.data_designer.settings import GenerationError, GenerationSettings

__all__ = ["Estimate", "Generated", "GenerationError", "GenerationSettings", "estimate", "generate", "refuse_over_budget"]
