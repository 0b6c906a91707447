"""The `alerts:` and `actions:` sections of the configuration; every default is the safe choice."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SerializeAsAny,
    field_validator,
)

from actions.channels import CHANNELS, ChannelOptions


def choose_options_model(value: Any) -> Any:
    """Validate one entry of `channels:` with the options of the channel its `type` names."""
    if isinstance(value, ChannelOptions):
        return value
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in CHANNELS:
        raise ValueError(f"unknown channel type {kind!r}; known: {', '.join(sorted(CHANNELS))}")
    return CHANNELS[kind].options_model.model_validate(value)


AnyChannelOptions = Annotated[SerializeAsAny[ChannelOptions], BeforeValidator(choose_options_model)]


class AlertSettings(BaseModel):
    """Who is told about incidents, and how hard delivery tries."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channels: tuple[AnyChannelOptions, ...] = Field(
        default=(), description="Where alerts go. Default none: incidents are still opened and can be seen."
    )
    allowed_networks: tuple[IPvAnyNetwork, ...] = Field(
        default=(),
        description="Networks such as `10.20.0.0/16` in which a webhook's receiver may be although they are private, "
        "loopback or link-local. Default none: an alert must not become a request to what only this machine can reach.",
    )
    max_attempts: int = Field(
        default=8,
        ge=1,
        le=50,
        description="8 attempts with the backoff below span about an hour: longer than a restart takes.",
    )
    retry_base_seconds: float = Field(
        default=30, gt=0, le=604_800, description="Wait after the first failure; doubles each time."
    )
    retry_cap_seconds: float = Field(
        default=3600, gt=0, le=604_800, description="Longest wait: a repaired channel is found within 1 h."
    )
    lease_seconds: float = Field(
        default=300,
        gt=0,
        le=86_400,
        description="How long one process may hold a message. 300 s is above any channel's timeouts.",
    )

    @field_validator("channels")
    @classmethod
    def check_names(cls, value: tuple[ChannelOptions, ...]) -> tuple[ChannelOptions, ...]:
        """Names are part of message identities, so each is used once."""
        names = [channel.name for channel in value]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"channel names used more than once: {', '.join(repeated)}")
        return value


class AccountSettings(BaseModel):
    """How to act in one cloud account."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role_arn: str | None = Field(
        default=None,
        pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/.+$",
        description="Role to assume. Default none: the process's own identity, which must then be of this account.",
    )
    external_id_env: str | None = Field(
        default=None,
        description="Environment variable with the role's external id. Default none: the role asks for none.",
    )


class ActionSettings(BaseModel):
    """What may be changed in the clouds, by whose consent, and how much at once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Literal["dry_run", "live"] = Field(
        default="dry_run", description="Default dry_run: says what would be done and touches nothing."
    )
    approvers: tuple[str, ...] = Field(
        default=(), description="Who may approve, as they sign in. Default nobody: nothing can be approved by accident."
    )
    two_person_limit: Decimal = Field(
        default=Decimal("100"),
        ge=0,
        le=10**15,
        description="Monthly saving above which two people must approve. 100: a mistake below it is an annoyance.",
    )
    two_person_currency: str = Field(
        default="USD",
        pattern=r"^[A-Z]{3}$",
        description="Currency of two_person_limit. A saving in any other currency always needs two people.",
    )
    max_actions_per_run: int = Field(
        default=5,
        ge=0,
        le=1000,
        description="5: a wrong rule is noticed after five restorable actions, not five hundred.",
    )
    max_actions_per_day: int | None = Field(
        default=None,
        ge=0,
        le=10_000,
        description="In any 24 hours, over all runs and processes. Default: max_actions_per_run, so that starting more "
        "runs gets no further.",
    )
    max_saving_per_day: Decimal = Field(
        default=Decimal("1000"),
        ge=0,
        le=10**15,
        description="Monthly saving, added up over what begins in any 24 hours, each currency by itself. 1000: what is "
        "worth more is in use more often than not, and waits until somebody raises this.",
    )
    protected_tags: tuple[str, ...] = Field(
        default=("cloudcost:keep",),
        description="A resource with one of these tags (`key` or `key=value`, any case) is never touched.",
    )
    allowed_accounts: tuple[str, ...] = Field(default=(), description="Accounts that may be acted in. Default none.")
    allowed_regions: tuple[str, ...] = Field(default=(), description="Regions that may be acted in. Default none.")
    approval_ttl_days: int = Field(
        default=7, ge=1, le=90, description="An approval older than this is void. 7 days: usage has a weekly rhythm."
    )
    proposal_ttl_days: int = Field(
        default=30, ge=1, le=365, description="An unanswered proposal lapses after this. 30 days: one billing period."
    )
    accounts: dict[str, AccountSettings] = Field(
        default_factory=dict, description="Role to assume per account. Default none: the process's own identity."
    )

    @property
    def day_limit(self) -> int:
        """How many actions may begin in any 24 hours."""
        return self.max_actions_per_run if self.max_actions_per_day is None else self.max_actions_per_day

    @field_validator("approvers")
    @classmethod
    def normalise_approvers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """One person has one spelling."""
        return tuple(dict.fromkeys(normalise_person(person) for person in value))


def normalise_person(name: str) -> str:
    """The one spelling under which a person counts; ValueError for an empty name.

    Only what is one letter in two cases, and blanks of ASCII around, make no difference. Folding more (the sharp s to
    two letters, the sign of kelvin to a k) would make two people one.
    """
    person = "".join(map(_lower, name.strip(" \t\r\n")))
    if not person:
        raise ValueError("a person's name is empty")
    return person


def _lower(letter: str) -> str:
    lower = letter.lower()
    return lower if lower.upper() == letter else letter
