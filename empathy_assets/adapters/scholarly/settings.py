"""Settings of live fetching: whether, as whom, with which keys, from which addresses.

Lives here: reading them from an environment mapping. Must not live here: rates and limits, which are policy (`scholarly.toml`).
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, SecretStr

SERVICES = ("pubmed", "europe_pmc", "semantic_scholar", "openalex", "crossref")
"""Every service there is a client for, in the order in which their works are merged: the first one's citation wins."""

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
    email: str = Field(default="", description="Contact address the services may write to (`NCBI_EMAIL`).")
    tool: str = Field(default="empathy_assets", description="Name NCBI registers requests under.")
    keys: dict[str, SecretStr] = Field(default_factory=dict, description="API key by service; absent where there is none.")
    bases: dict[str, str] = Field(default_factory=lambda: dict(_BASES), description="Base address by service.")
    edition: str = Field(default="", description="Part of every cache key: a new edition (e.g. `2026-W47`) asks the services afresh.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "FetchSettings":
        """Return the settings of `EMPATHY_FETCH`, `NCBI_EMAIL`, `EMPATHY_FETCH_EDITION` and the services' keys."""
        return cls(
            enabled=environment.get("EMPATHY_FETCH", "").strip().lower() in {"1", "true", "yes", "on"},
            email=environment.get("NCBI_EMAIL", "").strip(),
            keys={service: SecretStr(key) for service, name in _KEYS.items() if (key := environment.get(name, "").strip())},
            edition=environment.get("EMPATHY_FETCH_EDITION", "").strip(),
        )

    def key(self, service: str) -> str:
        """Return the key of a service in clear, or an empty string; only the signing transport asks."""
        secret = self.keys.get(service)
        return secret.get_secret_value() if secret else ""
