"""The `actions:` section of the configuration; every default is the safe choice."""

from decimal import Decimal
from typing import Literal

from pydantic import Field, field_validator

from clouds.aws.accounts import AccountSettings
from core.persons import normalise_person
from core.section import CurrencyCode, Section


class ActionSettings(Section):
    """What may be changed in the clouds, by whose consent, and how much at once."""

    mode: Literal["dry_run", "live"] = Field(
        default="dry_run", description="Default dry_run: states what would be done and touches nothing."
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
    two_person_currency: CurrencyCode = Field(
        default="USD",
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
    plan_price_share: Decimal = Field(
        default=Decimal("0.1"),
        ge=0,
        le=10,
        description="A plan whose cost or saving is by more than this share another one than was approved has to be "
        "approved again. 0.1: months have 28 to 31 days, and a bill that is still filling moves by as much.",
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
