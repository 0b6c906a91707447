"""The `identity:` section of the configuration: by what people and machines prove to the API who they are."""

import ipaddress
from collections.abc import Collection
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from cloudcost.identity.roles import Role
from core.section import ENV_NAME, Section, check_unique

#: Signatures by a key pair alone: what checks a token can never make one.
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$", description="lower case letters, digits and -")]


class MachineSettings(Section):
    """A machine that has its tokens from a provider, by client credentials."""

    client_id: str = Field(min_length=1, max_length=200, description="Names the machine; its client at the provider.")
    subject: str | None = Field(
        None,
        min_length=1,
        max_length=300,
        description="The claim `sub` of its tokens, exactly so. Default: the client id; Auth0 has `<id>@clients`, "
        "Keycloak the id of a service account.",
    )
    roles: tuple[Role, ...] = Field(
        min_length=1, description="What it may; whatever they are, it decides nothing and manages nobody."
    )
    scopes: tuple[str, ...] = Field(
        (),
        description="Names of `dashboards.scopes`: whose costs it sees. Default none: every row, unless "
        "it is a team_lead.",
    )


class ProviderSettings(Section):
    """An OpenID Connect provider whose access tokens count here."""

    name: Name = Field(description="Names the provider in the audit log and on the page to sign in with.")
    issuer: str = Field(
        pattern=r"^https?://[^\s/?#]+[^\s?#]*$",
        description="The claim `iss` of its tokens, exactly so; `/.well-known/openid-configuration` below it is read.",
    )
    audience: str = Field(
        min_length=1,
        max_length=300,
        description="The claim `aud` of tokens that are for this API, such as its address.",
    )
    algorithms: tuple[Algorithm, ...] = Field(
        ("RS256", "ES256"), min_length=1, description="What its signatures may be. Default: what nearly all use."
    )
    person_claim: str = Field(
        "email",
        min_length=1,
        description="The claim that names the person. Default email, which counts unless the provider says that it is "
        "not verified. Name no claim that people can change themselves.",
    )
    groups_claim: str = Field("groups", min_length=1, description="The claim that lists a person's groups.")
    group_roles: dict[str, Role] = Field(
        default_factory=dict,
        description="Role by group, for people whom `people` does not name. Default none: they may nothing.",
    )
    group_scopes: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Scopes by group, likewise. Default none: a viewer or approver by a group then sees every row.",
    )
    machines: tuple[MachineSettings, ...] = Field(
        (), description="Machines with tokens of this provider. Default none."
    )
    client_id_env: str | None = Field(
        None,
        pattern=ENV_NAME,
        description="Environment variable with the client id by which the API itself signs browsers in. Default: the "
        "page to sign in does not offer this provider.",
    )
    client_secret_env: str | None = Field(
        None, pattern=ENV_NAME, description="Environment variable with the client's secret. Default: PKCE alone."
    )

    @field_validator("issuer")
    @classmethod
    def _is_private(cls, issuer: str) -> str:
        return check_private_address(issuer)

    @field_validator("group_roles")
    @classmethod
    def _approvers_are_named(cls, roles: dict[str, Role]) -> dict[str, Role]:
        if "approver" in roles.values():
            raise ValueError("approvers are named, by `people` or `actions.approvers`: no group makes one")
        return roles

    @model_validator(mode="after")
    def _machines_are_apart(self) -> "ProviderSettings":
        check_unique("the machine", [machine.client_id for machine in self.machines])
        check_unique("the subject", [machine.subject or machine.client_id for machine in self.machines])
        return self


class ClientSettings(Section):
    """A web application that may send browsers here to sign in."""

    client_id: Name = Field(description="Names the application.")
    redirect_uris: tuple[str, ...] = Field(min_length=1, description="Where a browser may be sent back to, exactly so.")

    @field_validator("redirect_uris")
    @classmethod
    def _are_private(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(check_private_address(address) for address in addresses)


class LocalSettings(Section):
    """Signing in with a password that this installation keeps."""

    enabled: bool = Field(
        True, description="Default true: one machine needs no provider. Say false once a provider is there."
    )


class IdentitySettings(Section):
    """By what people and machines prove to the API who they are."""

    local: LocalSettings = Field(default_factory=LocalSettings)
    providers: tuple[ProviderSettings, ...] = Field((), description="OpenID Connect providers. Default none.")
    clients: tuple[ClientSettings, ...] = Field(
        (), description="Web applications that sign people in here. Default none: the command line alone."
    )
    session_days: int = Field(
        30,
        ge=1,
        le=90,
        description="A sign-in of the command line or an application ends after this, whatever is done.",
    )

    @model_validator(mode="after")
    def _are_apart(self) -> "IdentitySettings":
        check_unique("the provider", [provider.name for provider in self.providers])
        check_unique("the issuer", [provider.issuer for provider in self.providers])
        check_unique("the client", ["cloudcost-cli", *(client.client_id for client in self.clients)])
        for reserved in ("local", "key"):
            if reserved in {provider.name for provider in self.providers}:
                raise ValueError(f"a provider cannot be called {reserved!r}: accounts of this installation are")
        return self

    def check_scopes(self, known: Collection[str]) -> None:
        """ValueError where a scope is named that there is not."""
        for provider in self.providers:
            groups = [(f"the group {group!r}", scopes) for group, scopes in provider.group_scopes.items()]
            machines = [(f"the machine {machine.client_id!r}", machine.scopes) for machine in provider.machines]
            for whose, scopes in [*groups, *machines]:
                for scope in scopes:
                    if scope not in known:
                        raise ValueError(
                            f"identity: {provider.name}: {whose}: no such scope {scope!r}; `dashboards.scopes` has them"
                        )


def check_private_address(address: str) -> str:
    """An address that nobody on the way can read: ValueError for http to another machine."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(parts.hostname or "")):
        return address
    raise ValueError(f"{address!r}: https is needed; http reaches this machine only")


def is_this_machine(host: str) -> bool:
    """Whether a name or address of an URL can only be this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
