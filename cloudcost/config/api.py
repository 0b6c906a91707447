"""The `api:` section of the configuration: where the API is reached and how much of it at once."""

import ipaddress

from pydantic import Field, field_validator

from core.addresses import plain_address
from core.section import Section, check_host_names


class ApiSettings(Section):
    """How the API is served. The default serves this machine only."""

    host: str = Field("127.0.0.1", description="Address to listen on. Default: this machine only.")
    port: int = Field(8090, ge=1, le=65535, description="Port to listen on.")
    url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/]+[^\s]*$",
        description="As people and machines reach it, through a gateway for example. Default: host and port.",
    )
    hosts: tuple[str, ...] = Field(
        (),
        description="Names that the API is reached by besides `url`, the address it listens on and those of this "
        "machine: api.example.com:8443. Requests for other names are refused. Default none.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        (),
        description="Addresses of gateways whose X-Forwarded-For is believed, for limits on addresses. Default none.",
    )
    origins: tuple[str, ...] = Field(
        (), description="Sites whose pages may call the API (CORS), such as https://costs.example.com. Default none."
    )
    requests_per_minute: int = Field(
        600, ge=1, le=1_000_000, description="Of one person or key; more are answered with 429. 600: a page asks ten."
    )
    statement_seconds: float = Field(
        30, ge=1, le=600, description="The warehouse's work on one answer is ended after this many seconds."
    )
    most_rows: int = Field(
        100_000, ge=1, le=10_000_000, description="The most rows of one export; more are refused with a sentence."
    )

    questions_at_once: int = Field(
        12,
        ge=1,
        le=1_000,
        description="Questions about money that are answered at once; more wait, then get 503.",
    )
    questions_at_once_of_caller: int = Field(
        8, ge=1, le=1_000, description="Of these, those of one person or key; more wait, then get 429."
    )

    @property
    def address(self) -> str:
        """As it is reached, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.url or f"http://{host}:{self.port}").rstrip("/")

    @field_validator("hosts")
    @classmethod
    def _hosts_are_names(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(check_host_names(hosts))

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_addresses(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(plain_address(str(ipaddress.ip_address(address))) for address in addresses)
