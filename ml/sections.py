"""The sections of the configuration that forecasts and anomalies go by: ``forecasts`` and ``anomalies``.

Apart from what reads them, which loads numerical libraries: a configuration is checked without these.
"""

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from core.plausible import MOST_DAYS, MOST_MONEY, MOST_PERCENT
from core.scope import FieldCondition, Scope
from core.section import Section, check_visible


def _read_scope(section: Section, fields: tuple[str, ...]) -> Scope:
    return Scope.model_validate({field: getattr(section, field) for field in fields})


class ForecastEventSettings(Section):
    """A change that is known beforehand. Give exactly one of percent, daily_amount and ends_commitment."""

    name: Annotated[str, AfterValidator(check_visible)] = Field(min_length=1, description="What people call it.")
    start_date: dt.date = Field(description="The first day that is different.")
    end_date: dt.date | None = Field(None, description="The last one; without it the change stays.")
    provider: FieldCondition = Field(
        None, description="Only this provider, as service_provider_name; default: every one."
    )
    account: FieldCondition = Field(None, description="Only this account, as sub_account_id; default: every one.")
    service: FieldCondition = Field(None, description="Only this service, as service_name; default: every one.")
    currency: FieldCondition = Field(
        None, description="Only costs in this billing currency; daily_amount needs it where there are several."
    )
    percent: float | None = Field(
        None, ge=-100, le=MOST_PERCENT, description="By how much usage changes; -100 switches it off."
    )
    daily_amount: float | None = Field(
        None, ge=-MOST_MONEY, le=MOST_MONEY, description="What each day costs more (or, negative, less)."
    )
    ends_commitment: bool = Field(
        False, description="A commitment expires: what it saved over the last 28 days is paid again."
    )

    @property
    def scope(self) -> Scope:
        """Which costs change."""
        return _read_scope(self, ("provider", "account", "service", "currency"))

    @model_validator(mode="after")
    def _has_one_effect(self) -> "ForecastEventSettings":
        if (self.percent is not None) + (self.daily_amount is not None) + self.ends_commitment != 1:
            raise ValueError("give exactly one of percent, daily_amount and ends_commitment")
        if self.end_date is not None and self.end_date < self.start_date:
            raise ValueError(f"end_date {self.end_date} is before start_date {self.start_date}")
        return self


class ForecastSection(Section):
    """How far ahead, and from which days, costs are forecast."""

    horizon_days: int = Field(
        90, ge=1, le=366, description="One quarter: long enough for a budget, short enough to be honest."
    )
    immature_days: int = Field(
        2,
        ge=0,
        le=14,
        description="The last days of an export are still filling; they are not read as a drop in cost. Used for a "
        "provider until the history of its restatements shows how late it really is.",
    )
    events: tuple[ForecastEventSettings, ...] = Field(
        (), description="Changes that history cannot know: launches, migrations, expiring commitments."
    )


class AnomalyScope(Section):
    """Where a limit or a planned event holds: what is left out means all. At least one of them is needed."""

    provider: FieldCondition = Field(None, description="As FOCUS names it: AWS, Microsoft, Google Cloud.")
    account: FieldCondition = Field(None, description="Id of the account, subscription or project.")
    service: FieldCondition = Field(None, description="FOCUS service name.")
    region: FieldCondition = Field(None, description="Region id.")
    usage_type: FieldCondition = Field(None, description="Usage type, meter or SKU, as in x_usage_type.")

    @property
    def scope(self) -> Scope:
        """The conditions that are set."""
        return _read_scope(self, ("provider", "account", "service", "region", "usage_type"))

    @model_validator(mode="after")
    def _names_something(self) -> "AnomalyScope":
        if self.scope.is_everything:
            raise ValueError("name a provider, account, service, region or usage_type")
        return self


class AnomalyLimits(AnomalyScope):
    """Other limits than the usual ones within a scope; what is left out stays as it is."""

    minimum_amount: float | None = Field(None, gt=0, le=MOST_MONEY, description="Per day, in billing currency.")
    minimum_percent: float | None = Field(None, gt=0, le=MOST_PERCENT, description="Of the expected cost.")
    minimum_surprise: float | None = Field(
        None, gt=0, le=1000, description="Robust standard deviations (usual 4.5); higher for what is noisy by nature."
    )


class PlannedEvent(AnomalyScope):
    """A migration, a load test, a sale: whatever the scope costs on these days is no anomaly."""

    start: dt.date = Field(description="First day.")
    end: dt.date = Field(description="Last day.")
    reason: str = Field(min_length=1, description="For whoever wonders later why nothing was reported.")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "PlannedEvent":
        if self.end < self.start:
            raise ValueError(f"it ends on {self.end}, before it starts on {self.start}")
        return self


class AnomalySection(Section):
    """When a day's cost is called an anomaly: amount AND percent must both be exceeded."""

    minimum_amount: float = Field(
        50.0, gt=0, le=MOST_MONEY, description="Per day, in billing currency: less is not worth anybody's time."
    )
    minimum_percent: float = Field(
        10.0, gt=0, le=MOST_PERCENT, description="Of the expected cost: less is not worth telling, however sure it is."
    )
    scopes: list[AnomalyLimits] = Field(
        [], description="Other limits within scopes; of several that match the last one holds."
    )
    planned: list[PlannedEvent] = Field([], description="Events that were announced: nobody is notified of them.")
    open_days: int = Field(
        14, ge=1, le=MOST_DAYS, description="Only anomalies this recent raise an incident; older ones are history."
    )
