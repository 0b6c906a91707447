"""One billing export in the configuration: who wrote it, in which format, where it lies, and as whom it is read."""

import os
from typing import Literal

from pydantic import Field, model_validator

from clouds.access import SourceAccess
from core.section import BillingCurrency, Section
from ingestion.freshness import NORMAL_LATENESS_HOURS
from ingestion.sections.events import EventSettings

#: Whose `access:` a kind of location takes.
CLOUD_OF_SCHEME = {
    "s3": "aws",
    "bcm-data-exports": "aws",
    "az": "azure",
    "https": "azure",
    "azure-query": "azure",
    "gs": "gcp",
    "bigquery": "gcp",
}

#: What kind of location each kind of events reports.
SCHEMES_OF_EVENTS = {
    "sqs": ("s3", "bcm-data-exports"),
    "storage_queue": ("az", "https"),
    "table_poll": ("bigquery",),
}


class SourceConfig(Section):
    """One billing export: who wrote it, in which format, and where it lies."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,62}$",
        description="Names the source in the warehouse, the lake and the asset key raw/<name>; lower-case snake case "
        "because it becomes part of paths and asset keys.",
    )
    provider: Literal["aws", "azure", "gcp", "auto"] = Field(
        "auto",
        description="Whose export it is; auto looks at the files, which is right for FOCUS files of any generator.",
    )
    format: Literal["auto", "cur", "cur2", "cost_details", "standard", "detailed", "focus"] = Field(
        "auto", description="The export's format; auto recognises it from the columns and states which it found."
    )
    location: str = Field(
        min_length=1,
        description="A folder, file or glob; s3://bucket/prefix; az://account/container/prefix; gs://bucket/prefix; "
        "bigquery://project.dataset.table. Credentials come from the cloud's own chain, never from this file.",
    )
    currency: BillingCurrency | None = Field(
        None,
        description="Billing currency of an export that names none; else the reporting currency, with a notice.",
    )
    access: SourceAccess = Field(
        default_factory=SourceAccess,
        description="As whom the provider is called: a role, a profile, a service principal, a billing project. "
        "Default: the cloud's own credential chain. Never a secret, only the names of environment variables.",
    )

    events: EventSettings | None = Field(
        None,
        description="Who announces new deliveries: a queue, or the metadata of a table. Default none: the source is "
        "looked at every five minutes.",
    )
    late_after_hours: int | None = Field(
        None,
        ge=1,
        le=24 * 366,
        description="Hours without a new delivery after which an incident is opened. Default: what is normal for the "
        "provider, AWS 24, Azure 48, Google 24, others 48.",
    )

    cross_check: Literal["cost_explorer", "cost_query"] | None = Field(
        None,
        description="The provider's own cost service, which daily totals are compared with: cost_explorer (AWS; 0.01 "
        "USD per page) or cost_query (Azure; needs access.azure.query_scope). Default none: it costs money or quota.",
    )

    @model_validator(mode="after")
    def _cross_check_fits_the_cloud(self) -> "SourceConfig":
        cloud = CLOUD_OF_SCHEME.get(self.scheme)
        if self.cross_check == "cost_explorer" and cloud != "aws":
            raise ValueError(f"cost_explorer tells nothing of the location {self.location!r}")
        if self.cross_check == "cost_query" and (cloud != "azure" or not self.access.azure.query_scope):
            raise ValueError("cost_query needs a location in Azure and access.azure.query_scope")
        return self

    @property
    def allowed_hours(self) -> int:
        """After how many hours without a new delivery it is late."""
        known = NORMAL_LATENESS_HOURS.get(self.provider, NORMAL_LATENESS_HOURS["focus"])
        return known if self.late_after_hours is None else self.late_after_hours

    @model_validator(mode="after")
    def _events_fit_the_location(self) -> "SourceConfig":
        if self.events is not None and self.scheme not in SCHEMES_OF_EVENTS[self.events.type]:
            raise ValueError(f"events of type {self.events.type!r} tell nothing of the location {self.location!r}")
        return self

    @model_validator(mode="after")
    def _access_fits_the_location(self) -> "SourceConfig":
        cloud = CLOUD_OF_SCHEME.get(self.scheme)
        given = sorted(self.access.model_fields_set - {cloud})
        if given:
            raise ValueError(f"access.{given[0]} is of no use to the location {self.location!r}")
        return self

    @property
    def scheme(self) -> str:
        """The kind of place that it lies at; empty for a local path."""
        return self.location.partition("://")[0].lower() if "://" in self.location else ""

    @property
    def reads(self) -> str:
        """Whose files it takes: two sources that take different files may lie in one folder."""
        return "focus" if self.format == "focus" else self.provider


def overlap(one: str, two: str) -> bool:
    """Whether a location is, or lies inside, another one."""
    first, second = f"{_normalise_location(one)}/", f"{_normalise_location(two)}/"
    return first.startswith(second) or second.startswith(first)


def _normalise_location(location: str) -> str:
    """One spelling of a location: without a trailing slash and, where it is a path, without detours."""
    scheme, mark, path = location.rpartition("://")
    return f"{scheme.lower()}{mark}{path.rstrip('/')}" if scheme not in ("", "file") else os.path.normpath(path)
