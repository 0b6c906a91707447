"""The `ui:` section of the configuration: where the Dagster UI is reached, and who is let in without a sign-in link."""

import ipaddress

from pydantic import Field, field_validator, model_validator

from core.addresses import plain_address
from core.persons import normalise_person
from core.section import ENV_NAME, Section, check_host_names


class TrustedProxySettings(Section):
    """A proxy in front that signs people in (OpenID Connect, SAML) and names in a header who somebody is."""

    addresses: tuple[str, ...] = Field(
        min_length=1,
        description="The addresses that the proxy connects from. From any other one the header is nothing.",
    )
    header: str = Field(
        pattern=r"^[A-Za-z][A-Za-z0-9-]*$",
        description="The header with the person, such as X-Forwarded-Email. The proxy must remove it from what "
        "browsers send.",
    )
    people: tuple[str, ...] = Field(
        min_length=1, description="Who may in, as the header names them. The UI has no roles: each of them may do all."
    )
    secret_env: str | None = Field(
        None,
        pattern=ENV_NAME,
        description="Environment variable (or a value of `secrets`) with what the proxy sends as "
        "X-Cloudcost-Proxy-Secret, at least 32 characters. Needed where the proxy is on this machine: everybody who "
        "has an account here connects from the same address.",
    )

    @field_validator("addresses")
    @classmethod
    def _addresses_are_addresses(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(plain_address(str(ipaddress.ip_address(address))) for address in addresses)

    @field_validator("people")
    @classmethod
    def _people_have_one_spelling(cls, people: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(normalise_person(person) for person in people)

    @model_validator(mode="after")
    def _address_is_the_proxys_alone(self) -> "TrustedProxySettings":
        addresses = map(ipaddress.ip_address, self.addresses)
        shared = [str(address) for address in addresses if address.is_loopback or address.is_unspecified]
        if shared and self.secret_env is None:
            raise ValueError(f"{shared[0]} is not the proxy's alone: give secret_env too")
        return self


class UiSettings(Section):
    """The door of `cloudcost ui`."""

    hosts: tuple[str, ...] = Field(
        (),
        description="Names that the UI is reached by besides the address it listens on and those of this machine, as a "
        "browser shows them: costs.example.com, costs.example.com:8443. Requests for other names are refused.",
    )
    trusted_proxy: TrustedProxySettings | None = Field(
        None,
        description="A proxy that signs people in. Default none: only the links that `cloudcost ui` prints let in.",
    )

    @field_validator("hosts")
    @classmethod
    def _hosts_are_names(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(check_host_names(hosts))
