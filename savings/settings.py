"""What may be said of savings: section ``savings`` of the configuration."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import Field, field_validator

from core.section import CurrencyCode, Section, check_unique
from savings.advice.settings import AdviceSettings
from savings.inventory.settings import InventorySettings

#: The least saving in 30 days that is shown, in the reporting currency: reading it costs more.
LEAST = Decimal(1)
_Least = Annotated[Decimal, Field(ge=0, le=10**12, max_digits=26, decimal_places=12)]


class SavingsSettings(Section):
    """Which checks run, what they go by, and from what amount on a finding is worth anybody's time."""

    minimum_monthly_saving: _Least | dict[CurrencyCode, _Least] = Field(
        LEAST,
        description="A finding that saves less in 30 days is not shown: an amount in the reporting currency, or "
        "amounts by billing currency (`{USD: 1, JPY: 150}`). Currencies that are not named are compared at their "
        "newest exchange rate with that of the reporting currency, where nobody says with 1; those without a rate "
        "with the number as it is. 1: reading it costs more.",
    )
    dismissal_growth: Decimal = Field(
        Decimal("0.5"),
        ge=0,
        le=100,
        description="By how much a dismissed finding may grow before it is shown again; 0.5: by half. What was too "
        "little to care for may not be at one and a half times the amount.",
    )
    disabled_checks: tuple[str, ...] = Field((), description="Checks that do not run, by name. Default: all run.")
    inventory: InventorySettings = Field(
        default_factory=InventorySettings,
        description="What is read of accounts beside the bill. Default: what actions may act in, and nothing else.",
    )
    parameters: dict[str, dict[str, Decimal | int | str]] = Field(
        default_factory=dict,
        description="Figures that checks go by, by check and parameter, in place of their own; `cloudcost savings "
        "explain` lists them with their reasons.",
    )
    advice: tuple[AdviceSettings, ...] = Field(
        (),
        description="Where providers' own advice is read, to stand beside what the checks find. Default none.",
    )

    @field_validator("advice")
    @classmethod
    def _places_are_named_once(cls, advice: tuple[AdviceSettings, ...]) -> tuple[AdviceSettings, ...]:
        check_unique("name of a place of advice", [one.name for one in advice], "is used twice")
        return advice

    def find_least(self, currency: str, reporting_currency: str, rates: Mapping[str, Decimal]) -> Decimal:
        """The least saving in 30 days that is shown of a billing currency, in that currency.

        ``rates``: what one unit of each billing currency is in the reporting currency.
        """
        stated = self.minimum_monthly_saving
        if isinstance(stated, dict) and currency in stated:
            return stated[currency]
        least = stated.get(reporting_currency, LEAST) if isinstance(stated, dict) else stated
        rate = rates.get(currency)
        return least if currency == reporting_currency or not rate else least / rate
