"""The `dashboards:` section of the configuration: where the dashboards are reached, by whom, and what each may see."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Role = Literal["viewer", "team", "finance", "admin"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="lower-case snake case")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScopeSettings(_Section):
    """A part of the costs that some people may see: rows of these teams, or of these accounts."""

    name: Name = Field(description="Names the scope; becomes a role in Superset.")
    teams: list[str] = Field(default_factory=list, description="Values of the dimension team. Default none.")
    accounts: list[str] = Field(
        default_factory=list,
        description="Sub account ids (AWS account, Azure subscription, GCP project). Default none.",
    )

    @model_validator(mode="after")
    def _allows_something(self) -> "ScopeSettings":
        if not self.teams and not self.accounts:
            raise ValueError(f"scope {self.name!r} names neither teams nor accounts: nobody would see anything")
        return self


class PersonSettings(_Section):
    """Somebody who may sign in."""

    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", description="As they sign in.")
    role: Role = Field(
        "viewer",
        description="viewer sees summaries, team the rows of its scopes, finance every row, admin may change all. "
        "Default viewer: it shows least.",
    )
    scopes: list[Name] = Field(
        default_factory=list, description="Of role team: which scopes they see. Default none, and so no row."
    )


class OidcSettings(_Section):
    """Signing in through an OpenID Connect provider instead of passwords."""

    discovery_url: str = Field(
        pattern=r"^https?://", description="The provider's `.well-known/openid-configuration` address."
    )
    client_id_env: str = Field("OIDC_CLIENT_ID", description="Environment variable with the client id.")
    client_secret_env: str = Field("OIDC_CLIENT_SECRET", description="Environment variable with the client secret.")
    groups_claim: str = Field("groups", description="The claim that lists a person's groups.")
    group_roles: dict[str, Role] = Field(
        default_factory=dict,
        description="Role by group, for people whom `people` does not list. Default none: who is not listed and in no "
        "such group is refused.",
    )


class MailSettings(_Section):
    """Where scheduled reports are handed over as mail."""

    host: str = Field(description="The mail server.")
    port: int = Field(587, ge=1, le=65535, description="587, the submission port that goes with STARTTLS.")
    security: Literal["starttls", "ssl", "none"] = Field(
        "starttls", description="Default starttls: figures and passwords do not travel in clear text."
    )
    sender: str = Field(description="Sender's address.")
    username_env: str | None = Field(None, description="Environment variable with the user name. Default: no sign-in.")
    password_env: str | None = Field(None, description="Environment variable with the password. Default: no sign-in.")


class DashboardSettings(_Section):
    """How the dashboards are served and who sees what. The default serves one administrator on this machine."""

    host: str = Field("127.0.0.1", description="Address to listen on. Default: this machine only.")
    port: int = Field(8088, ge=1, le=65535, description="Port to listen on; 8088 is Superset's own.")
    url: str | None = Field(
        None, pattern=r"^https?://", description="As people reach it, for links in reports. Default: host and port."
    )
    people: list[PersonSettings] = Field(default_factory=list, description="Who may sign in, beside the first admin.")
    scopes: list[ScopeSettings] = Field(
        default_factory=list, description="Parts of the costs for people of role team. Default none."
    )
    oidc: OidcSettings | None = Field(None, description="Single sign-on. Default none: passwords, made at first start.")
    embed_origins: list[str] = Field(
        default_factory=list, description="Sites that may embed dashboards by guest token. Default none."
    )
    mail: MailSettings | None = Field(
        None, description="For scheduled reports, which `make dashboards-full` sends. Default none: nothing is mailed."
    )
    cache_seconds: int = Field(
        3600, ge=0, description="How long an answer is kept; a newly published warehouse makes all of them void anyway."
    )

    @property
    def address(self) -> str:
        """As people reach the dashboards, without a slash at the end."""
        return (self.url or f"http://{self.host}:{self.port}").rstrip("/")

    @model_validator(mode="after")
    def _scopes_are_known(self) -> "DashboardSettings":
        known = [scope.name for scope in self.scopes]
        if len(set(known)) < len(known):
            raise ValueError("a scope's name is used twice")
        for person in self.people:
            for scope in person.scopes:
                if scope not in known:
                    raise ValueError(f"{person.email}: no such scope {scope!r}; there are {', '.join(known) or 'none'}")
            if person.scopes and person.role != "team":
                raise ValueError(f"{person.email}: scopes are for role team, not for {person.role}")
        return self
