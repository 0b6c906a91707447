"""The configuration file `cloudcost.yaml`: its model, where it is found, and errors that name the key and line."""

import datetime as dt
import difflib
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from actions.settings import ActionSettings
from alerts.settings import AlertSettings
from cloudcost.config.allocation import AllocationSettings
from cloudcost.config.budgets import BudgetSettings
from cloudcost.config.currency import CurrencySettings
from cloudcost.config.dashboards import DashboardSettings
from cloudcost.config.invoices import InvoiceSettings
from cloudcost.config.metrics import MetricSettings
from cloudcost.config.ui import UiSettings
from cloudcost.identity.people import PersonSettings, check_people
from clouds.secrets import SecretsSettings
from core.config_file import ConfigError, Document, Location, read_document, shorten
from core.plausible_dates import check_plausible
from core.plausible_numbers import MOST_DAYS, MOST_MONEY, MOST_PERCENT
from ingestion.sections.deliveries import IngestionSettings
from ingestion.sections.sources import Currency, SourceConfig, overlap
from state import BACKENDS
from warehouse.storage_settings import LakeSettings, WarehouseSettings

CONFIG_ENV = "CLOUDCOST_CONFIG"
HOME_ENV = "CLOUDCOST_HOME"
DEFAULT_CONFIG_NAME = "cloudcost.yaml"
DEFAULT_HOME_NAME = ".cloudcost"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ForecastEventSettings(_Section):
    """A change that is known beforehand. Give exactly one of percent, daily_amount and ends_commitment."""

    name: str = Field(min_length=1, description="What people call it.")
    start_date: dt.date = Field(description="The first day that is different.")
    end_date: dt.date | None = Field(None, description="The last one; without it the change stays.")
    provider: str | None = Field(None, description="Only this provider, as service_provider_name; default: every one.")
    account: str | None = Field(None, description="Only this account, as sub_account_id; default: every one.")
    service: str | None = Field(None, description="Only this service, as service_name; default: every one.")
    currency: str | None = Field(
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

    @model_validator(mode="after")
    def _says_one_thing(self) -> "ForecastEventSettings":
        if (self.percent is not None) + (self.daily_amount is not None) + self.ends_commitment != 1:
            raise ValueError("give exactly one of percent, daily_amount and ends_commitment")
        if self.end_date is not None and self.end_date < self.start_date:
            raise ValueError(f"end_date {self.end_date} is before start_date {self.start_date}")
        return self


class ForecastSettings(_Section):
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


class AnomalyScope(_Section):
    """Where a limit or a planned event holds: what is left out means all. At least one of them is needed."""

    provider: str | None = Field(None, description="As FOCUS names it: AWS, Microsoft, Google Cloud.")
    account: str | None = Field(None, description="Id of the account, subscription or project.")
    service: str | None = Field(None, description="FOCUS service name.")
    region: str | None = Field(None, description="Region id.")
    usage_type: str | None = Field(None, description="Usage type, meter or SKU, as in x_usage_type.")

    @property
    def scope(self) -> dict[str, str]:
        """The fields that are set."""
        names = ("provider", "account", "service", "region", "usage_type")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    @model_validator(mode="after")
    def _names_something(self) -> "AnomalyScope":
        if not self.scope:
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
    reason: str = Field(min_length=1, description="For whoever wonders later why nothing was told.")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "PlannedEvent":
        if self.end < self.start:
            raise ValueError(f"it ends on {self.end}, before it starts on {self.start}")
        return self


class AnomalySettings(_Section):
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
    planned: list[PlannedEvent] = Field([], description="Events that were announced: nobody is told of them.")
    open_days: int = Field(
        14, ge=1, le=MOST_DAYS, description="Only anomalies this recent raise an incident; older ones are history."
    )


class StateSettings(_Section):
    """Where the ingestion ledger, incidents, proposals and the audit log are kept."""

    backend: str = Field(
        "sqlite",
        description="sqlite (a file in CLOUDCOST_HOME, right for one machine) or dynamodb (for several machines; "
        "credentials and region come from AWS's own chain).",
    )
    table: str = Field(
        "cloudcost-state",
        pattern=r"^[A-Za-z0-9_.-]{3,255}$",
        description="The DynamoDB table; its definition is TABLE_DEFINITION in state/dynamodb.py.",
    )

    @field_validator("backend")
    @classmethod
    def _backend_is_known(cls, backend: str) -> str:
        if backend not in BACKENDS:
            raise ValueError(f"no such backend; there are {', '.join(BACKENDS)}")
        return backend


class AuditSettings(_Section):
    """How the audit log is sealed."""

    key_env: str | None = Field(
        None,
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        description="Environment variable (or a value of `secrets`) with the key of the audit log, at least 32 "
        "characters. Needed where several machines share a state. Default none: keys/audit.key in CLOUDCOST_HOME.",
    )


class CloudcostConfig(_Section):
    """The whole configuration."""

    sources: list[SourceConfig] = Field(min_length=1, description="The billing exports to ingest.")
    reporting_currency: Currency = Field("USD", description="The currency that reports are read in.")
    first_billing_period: str | None = Field(
        None,
        pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
        description="The earliest month offered as a partition; by default the earliest that was ever delivered.",
    )
    secrets: SecretsSettings | None = Field(
        None,
        description="Where environment variables that are not set come from. Default none: the environment is all.",
    )
    state: StateSettings = Field(default_factory=StateSettings)
    lake: LakeSettings = Field(default_factory=LakeSettings)
    warehouse: WarehouseSettings = Field(default_factory=WarehouseSettings)
    ingestion: IngestionSettings = Field(default_factory=IngestionSettings)
    allocation: AllocationSettings = Field(default_factory=AllocationSettings)
    currency: CurrencySettings = Field(default_factory=CurrencySettings)
    invoices: InvoiceSettings = Field(default_factory=InvoiceSettings)
    budgets: tuple[BudgetSettings, ...] = Field((), description="What may be spent. Default: no budgets.")
    metrics: tuple[MetricSettings, ...] = Field(
        (), description="Business metrics, whose cost per unit is worked out. Default none."
    )
    forecasts: ForecastSettings = Field(default_factory=ForecastSettings)
    anomalies: AnomalySettings = Field(default_factory=AnomalySettings)
    alerts: AlertSettings = Field(default_factory=AlertSettings)
    actions: ActionSettings = Field(default_factory=ActionSettings)
    people: tuple[PersonSettings, ...] = Field(
        (), description="Whose accounts on this machine are whose. Default none: a person is named like their account."
    )
    audit: AuditSettings = Field(default_factory=AuditSettings)
    dashboards: DashboardSettings = Field(default_factory=DashboardSettings)
    ui: UiSettings = Field(default_factory=UiSettings)

    @field_validator("first_billing_period")
    @classmethod
    def _period_is_plausible(cls, period: str | None) -> str | None:
        if period is not None:
            check_plausible(dt.date.fromisoformat(f"{period}-01"))
        return period

    @field_validator("people")
    @classmethod
    def _people_are_apart(cls, people: tuple[PersonSettings, ...]) -> tuple[PersonSettings, ...]:
        check_people(people)
        return people

    @field_validator("sources")
    @classmethod
    def _names_are_unique(cls, sources: list[SourceConfig]) -> list[SourceConfig]:
        names = [s.name for s in sources]
        repeated = sorted({n for n in names if names.count(n) > 1})
        if repeated:
            raise ValueError(f"source name {repeated[0]!r} is used twice")
        return sources

    @model_validator(mode="after")
    def _budgets_and_metrics_are_named_once(self) -> "CloudcostConfig":
        for kind, names in (("budget", [b.name for b in self.budgets]), ("metric", [m.name for m in self.metrics])):
            repeated = sorted({n for n in names if names.count(n) > 1})
            if repeated:
                raise ValueError(f"{kind} name {repeated[0]!r} is used twice")
        return self

    @model_validator(mode="after")
    def _locations_are_apart(self) -> "CloudcostConfig":
        for number, source in enumerate(self.sources):
            for other in self.sources[:number]:
                may_read_the_same = source.reads == other.reads or "auto" in (source.reads, other.reads)
                if may_read_the_same and overlap(source.location, other.location):
                    raise ValueError(
                        f"sources {other.name!r} and {source.name!r} read the same location: "
                        "its cost would be counted twice"
                    )
        return self

    @model_validator(mode="after")
    def _warehouse_reads_the_lake(self) -> "CloudcostConfig":
        is_on_s3 = self.lake.location is not None
        if is_on_s3 != (self.warehouse.backend == "redshift"):
            raise ValueError(
                "warehouse.backend redshift and lake.location on S3 belong together: Redshift copies from S3 alone, "
                "and DuckDB reads the lake as local files"
            )
        return self

    def sharing_location(self, source: SourceConfig) -> list[SourceConfig]:
        """The other sources that read files of the same folder; each then takes only what is its own."""
        return [s for s in self.sources if s.name != source.name and overlap(source.location, s.location)]

    def source(self, name: str) -> SourceConfig:
        """The source of that name; KeyError where there is none."""
        return next(s for s in self.sources if s.name == name)


def find_config_path(explicit: Path | None = None) -> Path:
    """The configuration file: `--config`, else CLOUDCOST_CONFIG, else ./cloudcost.yaml."""
    if explicit is not None:
        return explicit
    return Path(os.environ.get(CONFIG_ENV) or DEFAULT_CONFIG_NAME)


def find_home() -> Path:
    """Where all local state lives: CLOUDCOST_HOME, else ./.cloudcost."""
    return Path(os.environ.get(HOME_ENV) or DEFAULT_HOME_NAME).absolute()


def load_config(path: Path) -> CloudcostConfig:
    """The validated configuration at ``path``; `ConfigError` says what is wrong, in which line."""
    document = read_document(path)
    if document is None or not isinstance(document.values, dict):
        raise ConfigError(f"{path}:1: a mapping with the key 'sources' is expected")
    try:
        config = CloudcostConfig.model_validate(document.values)
    except ValidationError as error:
        raise ConfigError("\n".join(_describe(document, problem) for problem in error.errors())) from error
    wrong = [document.error(location, message) for location, message in _list_implausible(config, document.values)]
    if wrong:
        raise ConfigError("\n".join(wrong))
    return config


def _list_implausible(value: Any, written: Any, location: Location = ()) -> Iterator[tuple[Location, str]]:
    """Numbers and dates of their type that nobody can mean, wherever they stand; a text may spell them too.

    ``written``: what the file has in the place of ``value``.
    """
    parts: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, BaseModel):
        parts = [(name, getattr(value, name)) for name in sorted(value.model_fields_set)]
    elif isinstance(value, Mapping):
        parts = value.items()
    elif isinstance(value, list | tuple):
        parts = enumerate(value)
    elif isinstance(written, bool) and not isinstance(value, bool):
        yield location, f"{str(written).lower()} is no number"
    elif isinstance(value, float | Decimal) and not math.isfinite(value):
        yield location, f"{value} is no finite number"
    elif isinstance(value, dt.date):
        try:
            check_plausible(value)
        except ValueError as error:
            yield location, str(error)
    for name, part in parts:
        yield from _list_implausible(part, _look_up(written, name), (*location, name))


def _look_up(written: Any, name: Any) -> Any:
    if isinstance(written, Mapping):
        return written.get(name)
    return written[name] if isinstance(written, list) else None


def _describe(document: Document, problem: Any) -> str:
    """One validation problem as ``file:line: key: what is wrong``."""
    location = [part for part in problem["loc"] if isinstance(part, int) or not re.fullmatch(r"[a-z-]+\[.*", str(part))]
    if problem["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(location[-1]), _known_keys(location[:-1]), n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        return document.error(location, f"unknown key{hint}")
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "int_parsing_size":  # in pydantic's words "unable to parse input string"
        message = "Input should be a smaller number"
    given = problem.get("input")
    is_told = isinstance(given, str | int | float) and not isinstance(given, bool)
    shown = f" (found {shorten(repr(given))})" if is_told else ""
    return document.error(location, f"{message}{shown}")


def _known_keys(location: list[Any]) -> list[str]:
    """The keys that the section at ``location`` knows, for a suggestion."""
    section: type[BaseModel] = CloudcostConfig
    for part in location:
        if isinstance(part, int):
            continue
        annotation = section.model_fields[part].annotation if part in section.model_fields else None
        candidates = [annotation, *getattr(annotation, "__args__", ())]
        found = next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)
        if found is None:
            return []
        section = found
    return list(section.model_fields)
