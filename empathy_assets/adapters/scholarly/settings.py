"""Settings of live fetching: whether, as whom, with which keys, from which addresses.

Lives here: reading them from an environment mapping. Must not live here: rates and limits, which are policy (`scholarly.toml`).
"""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, SecretStr

SERVICES = ("pubmed", "europe_pmc", "semantic_scholar", "openalex", "crossref")
"""Every service there is a client for, in the order in which their works are merged: the first one's citation wins."""

EDITION_TAG = "empathy/edition"
"""Tag of a run that asks the services afresh; its value is the edition of the replies, see `FetchSettings.edition`."""

_KEYS = {"pubmed": "NCBI_API_KEY", "semantic_scholar": "SEMANTIC_SCHOLAR_API_KEY", "openalex": "OPENALEX_API_KEY"}
_BASES = {
    "pubmed": "https://eutils.ncbi.nlm.nih.gov/entrez/eutils",
    "europe_pmc": "https://www.ebi.ac.uk/europepmc/webservices/rest",
    "semantic_scholar": "https://api.semanticscholar.org/graph/v1",
    "openalex": "https://api.openalex.org",
    "crossref": "https://api.crossref.org",
}


class FetchSettings(BaseModel):
    """How this run may use the network; the default makes no request at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(default=False, description="Ask the services; off, only landed files are read.")
    email: str = Field(default="", description="Contact address NCBI may write to (`NCBI_EMAIL`).")
    mailto: str = Field(default="", description="Contact address for Crossref's polite pool (`CROSSREF_MAILTO`), by default `email`.")
    tool: str = Field(default="empathy_assets", description="Name NCBI registers requests under.")
    keys: dict[str, SecretStr] = Field(default_factory=dict, description="API key by service; absent where there is none.")
    bases: dict[str, str] = Field(default_factory=lambda: dict(_BASES), description="Base address by service.")
    edition: str = Field(
        default="",
        pattern=r"^[\w.-]{0,40}$",
        description="Edition of the replies, e.g. `2026-W47`: a new one asks the services afresh, none takes the newest there is.",
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], edition: str = "") -> "FetchSettings":
        """Return the settings of `EMPATHY_FETCH`, `NCBI_EMAIL`, `CROSSREF_MAILTO`, `EMPATHY_FETCH_EDITION` and the services' keys.

        Args:
            environment: Variables by name.
            edition: Edition a run asks for by its tag; it goes before the environment's.
        """
        return cls(
            enabled=environment.get("EMPATHY_FETCH", "").strip().lower() in {"1", "true", "yes", "on"},
            email=(email := environment.get("NCBI_EMAIL", "").strip()),
            mailto=environment.get("CROSSREF_MAILTO", "").strip() or email,
            keys={service: SecretStr(key) for service, name in _KEYS.items() if (key := environment.get(name, "").strip())},
            edition=edition or environment.get("EMPATHY_FETCH_EDITION", "").strip(),
        )

    def key(self, service: str) -> str:
        """Return the key of a service in clear, or an empty string; only the signing transport asks."""
        secret = self.keys.get(service)
        return secret.get_secret_value() if secret else ""


def edition_of(moment: datetime) -> str:
    """Return the edition of a week, as `2026-W47`; editions sort by time."""
    year, week, _ = moment.isocalendar()
    return f"{year}-W{week:02d}"
