"""The configuration file `cloudcost.yaml`: its model, where it is found, and errors that name the key and line."""

import datetime as dt
import difflib
import math
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from actions.settings import ActionSettings
from alerts.settings import AlertSettings
from audit.settings import AuditSettings
from cloudcost.config.allocation import AllocationSettings
from cloudcost.config.api import ApiSettings
from cloudcost.config.budgets import BudgetSettings
from cloudcost.config.currency import CurrencySettings
from cloudcost.config.dashboards import DashboardSettings
from cloudcost.config.invoices import InvoiceSettings
from cloudcost.config.metrics import MetricSettings
from cloudcost.config.ui import UiSettings
from cloudcost.identity.people import PersonSettings, check_names, check_people
from cloudcost.identity.profile import check_channels
from cloudcost.identity.settings import IdentitySettings
from clouds.secrets import SecretsSettings
from core.config_file import ConfigError, Document, Location, name_key, read_document, shorten
from core.plausible import check_plausible
from core.section import BillingCurrency, Section, check_unique
from ingestion.sections.deliveries import IngestionSettings
from ingestion.sections.sources import SourceConfig, overlap
from ml.sections import AnomalySection, ForecastSection
from savings.settings import SavingsSettings
from state.settings import StateSettings
from warehouse.storage_settings import LakeSettings, WarehouseSettings

CONFIG_ENV = "CLOUDCOST_CONFIG"
HOME_ENV = "CLOUDCOST_HOME"
DEFAULT_CONFIG_NAME = "cloudcost.yaml"
DEFAULT_HOME_NAME = ".cloudcost"

#: Of a file's values: those that count, and the names of the sections among them that are not the file's.
Merge = Callable[[dict[str, Any]], tuple[dict[str, Any], Collection[str]]]


class CloudcostConfig(Section):
    """The whole configuration."""

    sources: list[SourceConfig] = Field(min_length=1, description="The billing exports to ingest.")
    reporting_currency: BillingCurrency = Field("USD", description="The currency that reports are read in.")
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
    forecasts: ForecastSection = Field(default_factory=ForecastSection)
    anomalies: AnomalySection = Field(default_factory=AnomalySection)
    alerts: AlertSettings = Field(default_factory=AlertSettings)
    savings: SavingsSettings = Field(default_factory=SavingsSettings)
    actions: ActionSettings = Field(default_factory=ActionSettings)
    locked_settings: tuple[Literal["budgets", "anomalies", "forecasts"], ...] = Field(
        (),
        description="Sections of this file that nobody can change by `cloudcost settings` or the API. Default none: "
        "administrators can change them, and every version is kept.",
    )
    people: tuple[PersonSettings, ...] = Field(
        (), description="Whose accounts on this machine are whose. Default none: a person is named like their account."
    )
    audit: AuditSettings = Field(default_factory=AuditSettings)
    dashboards: DashboardSettings = Field(default_factory=DashboardSettings)
    ui: UiSettings = Field(default_factory=UiSettings)
    api: ApiSettings = Field(default_factory=ApiSettings)
    identity: IdentitySettings = Field(default_factory=IdentitySettings)

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

    @model_validator(mode="after")
    def _scopes_of_people_are_known(self) -> "CloudcostConfig":
        known = {scope.name for scope in self.dashboards.scopes}
        for person in self.people:
            for scope in person.scopes:
                if scope not in known:
                    raise ValueError(f"people: {person.name}: no such scope {scope!r}; `dashboards.scopes` has them")
        self.identity.check_scopes(known)
        return self

    @model_validator(mode="after")
    def _people_can_be_told_apart_and_reached(self) -> "CloudcostConfig":
        readers = [reader.email for reader in self.dashboards.people]
        check_names([*(person.name for person in self.people), *self.actions.approvers, *readers])
        channels = {channel.name for channel in self.alerts.channels}
        for person in self.people:
            try:
                check_channels(person.profile, channels)
            except ValueError as error:
                raise ValueError(f"people: {person.name}: profile: {error}") from error
        return self

    @field_validator("sources")
    @classmethod
    def _names_are_unique(cls, sources: list[SourceConfig]) -> list[SourceConfig]:
        check_unique("source name", [s.name for s in sources], "is used twice")
        return sources

    @field_validator("budgets")
    @classmethod
    def _budgets_are_named_once(cls, budgets: tuple[BudgetSettings, ...]) -> tuple[BudgetSettings, ...]:
        check_unique("budget name", [budget.name for budget in budgets], "is used twice")
        return budgets

    @field_validator("metrics")
    @classmethod
    def _metrics_are_named_once(cls, metrics: tuple[MetricSettings, ...]) -> tuple[MetricSettings, ...]:
        check_unique("metric name", [metric.name for metric in metrics], "is used twice")
        return metrics

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
        if is_on_s3 != (self.warehouse.backend != "duckdb"):
            raise ValueError(
                "warehouse.backend redshift or ducklake and lake.location on S3 belong together: several machines read "
                "the lake, and the DuckDB file of one machine reads it as local files"
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


def load_config(path: Path, merge: Merge | None = None) -> CloudcostConfig:
    """The validated configuration at ``path``; `ConfigError` states what is wrong, in which line.

    ``merge``: gives the values that are to be validated, of those of the file, and the sections that are not its own.
    """
    document = read_document(path)
    if document is None or not isinstance(document.values, dict):
        raise ConfigError(f"{path}:1: a mapping with the key 'sources' is expected")
    values, changed = (document.values, ()) if merge is None else merge(document.values)
    try:
        config = CloudcostConfig.model_validate(values)
    except ValidationError as error:
        faults = [_read_fault(problem) for problem in error.errors()]
        raise ConfigError("\n".join(_place(document, *fault, changed) for fault in faults), faults) from error
    faults = list(_list_implausible(config, values))
    if faults:
        raise ConfigError("\n".join(_place(document, *fault, changed) for fault in faults), faults)
    return config


def _place(document: Document, location: Location, message: str, changed: Collection[str]) -> str:
    """Where something is wrong: a line of the file, or a section that stands in the place of the file's."""
    if location and location[0] in changed:
        return f"{name_key(location)}, as changed since (`cloudcost settings show {location[0]}`): {message}"
    return document.error(location, message)


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


def _read_fault(problem: Any) -> tuple[Location, str]:
    """Where one validation problem is, and what is wrong there."""
    location = [part for part in problem["loc"] if isinstance(part, int) or not re.fullmatch(r"[a-z-]+\[.*", str(part))]
    if problem["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(location[-1]), _known_keys(location[:-1]), n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        return tuple(location), f"unknown key{hint}"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "int_parsing_size":  # in pydantic's words "unable to parse input string"
        message = "Input should be a smaller number"
    given = problem.get("input")
    is_shown = isinstance(given, str | int | float) and not isinstance(given, bool)
    shown = f" (found {shorten(repr(given))})" if is_shown else ""
    return tuple(location), f"{message}{shown}"


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
    return [field.alias or name for name, field in section.model_fields.items()]
