"""The `dashboards:` section of the configuration: where the dashboards are reached, by whom, and what each may see."""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import Field, field_validator, model_validator

from core.scope import ScopeText
from core.section import Section, check_host_names, list_repeated

Role = Literal["viewer", "team", "finance", "admin"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="lower-case snake case")]


#: Formats of a report that hand out data; the others are pictures.
DATA_FORMATS = ("csv", "xlsx")


class ScopeSettings(Section):
    """A part of the costs that some people may see: rows of these teams, or of these accounts, written out in full."""

    name: Name = Field(description="Names the scope; becomes a role in Superset.")
    teams: list[ScopeText] = Field(
        default_factory=list, description="Values of the dimension team, in exactly this case. Default none."
    )
    accounts: list[ScopeText] = Field(
        default_factory=list,
        description="Sub account ids (AWS account, Azure subscription, GCP project), exactly so. Default none.",
    )

    @model_validator(mode="after")
    def _allows_something(self) -> "ScopeSettings":
        if not self.teams and not self.accounts:
            raise ValueError(f"scope {self.name!r} names neither teams nor accounts: nobody would see anything")
        return self


class PersonSettings(Section):
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


class OidcSettings(Section):
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


class MailSettings(Section):
    """Where scheduled reports are handed over as mail."""

    host: str = Field(description="The mail server.")
    port: int = Field(587, ge=1, le=65535, description="587, the submission port that goes with STARTTLS.")
    security: Literal["starttls", "ssl", "none"] = Field(
        "starttls", description="Default starttls: figures and passwords do not travel in clear text."
    )
    sender: str = Field(description="Sender's address.")
    username_env: str | None = Field(None, description="Environment variable with the user name. Default: no sign-in.")
    password_env: str | None = Field(None, description="Environment variable with the password. Default: no sign-in.")


class ReportSettings(Section):
    """A page or a chart that people get by mail on a schedule; everybody's shows what they themselves may see."""

    name: str = Field(pattern=r"^[^\r\n]{1,100}$", description="Names the report; the subject of its mails.")
    page: str = Field(description="The page, as its address ends: overview, explorer, allocation, …")
    chart: str | None = Field(None, description="Title of one chart of the page. Default none: the whole page.")
    format: Literal["pdf", "png", "csv", "xlsx"] = Field(
        "pdf", description="pdf and png are pictures, csv and xlsx a chart's data. Default pdf: it prints."
    )
    schedule: str = Field(
        pattern=r"^\S+( \S+){4}$", description='When, as a cron expression: `"0 7 * * 1"` is Mondays at seven.'
    )
    timezone: str = Field("UTC", description="Of the schedule. Default UTC, like all of cloudcost.")
    to: list[str] = Field(
        min_length=1, description="Who gets it: addresses of `people`, for it shows what each may see."
    )

    @model_validator(mode="after")
    def _can_be_made(self) -> "ReportSettings":
        if self.format in DATA_FORMATS and self.chart is None:
            raise ValueError(f"report {self.name!r}: {self.format} is of one chart; `chart` names it")
        if self.timezone not in available_timezones():
            raise ValueError(f"report {self.name!r}: no such time zone {self.timezone!r}")
        return self


class DashboardSettings(Section):
    """How the dashboards are served and who sees what. The default serves one administrator on this machine."""

    host: str = Field("127.0.0.1", description="Address to listen on. Default: this machine only.")
    port: int = Field(8088, ge=1, le=65535, description="Port to listen on; 8088 is Superset's own.")
    url: str | None = Field(
        None, pattern=r"^https?://", description="As people reach it, for links in reports. Default: host and port."
    )
    hosts: list[str] = Field(
        default_factory=list,
        description="Names that the dashboards are reached by besides `url`, the address they listen on and those of "
        "this machine, as a browser shows them: costs.example.com:8088. Requests for other names are refused. "
        "Default none.",
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
    reports: list[ReportSettings] = Field(
        default_factory=list,
        description="Scheduled reports, which `make dashboards-full` sends by `mail`. Default none.",
    )
    cache_seconds: int = Field(
        3600,
        ge=0,
        le=31_536_000,
        description="How long an answer is kept; a newly published warehouse makes all of them void anyway.",
    )

    separation: Literal["rows", "copies"] = Field(
        "rows",
        description="How members of teams are kept to their scopes. rows: by conditions in every statement. copies: "
        "moreover, their statements run in a database that holds the rows of their scopes only, made anew at every "
        "publication (embedded warehouse only). Default rows: nothing is stored twice.",
    )
    keep_published_days: int = Field(
        7,
        ge=0,
        le=3660,
        description="For so many days the last publication of each day is kept, for `cloudcost query --as-of` "
        "(embedded warehouse only), beside the newest two. Each takes the size of `warehouse.duckdb`; FOCUS rows that "
        "did not change are stored once. Default 7.",
    )
    statement_seconds: float = Field(
        60, ge=1, le=3600, description="The warehouse's work on one chart is ended after this many seconds. Default 60."
    )

    @property
    def address(self) -> str:
        """As people reach the dashboards, without a slash at the end."""
        return (self.url or f"http://{self.host}:{self.port}").rstrip("/")

    @field_validator("hosts")
    @classmethod
    def _hosts_are_names(cls, hosts: list[str]) -> list[str]:
        return check_host_names(hosts)

    @model_validator(mode="after")
    def _scopes_are_known(self) -> "DashboardSettings":
        known = [scope.name for scope in self.scopes]
        if list_repeated(known):
            raise ValueError("a scope's name is used twice")
        for person in self.people:
            for scope in person.scopes:
                if scope not in known:
                    raise ValueError(f"{person.email}: no such scope {scope!r}; there are {', '.join(known) or 'none'}")
            if person.scopes and person.role != "team":
                raise ValueError(f"{person.email}: scopes are for role team, not for {person.role}")
        return self

    @model_validator(mode="after")
    def _reports_can_be_sent(self) -> "DashboardSettings":
        people = {person.email.lower(): person for person in self.people}
        if list_repeated(report.name for report in self.reports):
            raise ValueError("a report's name is used twice")
        if self.reports and self.mail is None:
            raise ValueError("reports need `mail`: who hands them over")
        for report in self.reports:
            for address in report.to:
                person = people.get(address.lower())
                if person is None:
                    raise ValueError(f"report {report.name!r}: {address} is not among `people`")
                if person.role == "viewer" and report.chart is not None:
                    raise ValueError(
                        f"report {report.name!r}: {address} is a viewer, and viewers get whole pages, no single charts"
                    )
        return self
