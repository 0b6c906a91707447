"""Where providers' advice is read: entries of ``savings.advice`` in the configuration."""

import datetime as dt
import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from clouds.access import SourceAccess
from core.errors import SourceError
from core.section import Section

#: How an Azure subscription is named.
_SUBSCRIPTION = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
#: Whose `access:` a kind of location takes; a local path takes none.
_CLOUD_OF_SCHEME = {"s3": "aws", "az": "azure", "https": "azure", "gs": "gcp", "bigquery": "gcp"}


class AdviceSettings(Section):
    """One place where a provider writes what it advises."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,62}$", description="Names the place in reasons and evidence; lower-case snake case."
    )
    provider: Literal["aws", "azure", "gcp"] = Field(
        description="Whose advice: aws (the Cost Optimization Hub table of Data Exports), gcp (the recommendations "
        "export to BigQuery) or azure (Advisor)."
    )
    location: str | None = Field(
        None,
        min_length=1,
        description="Of aws, where the export lies: s3://bucket/prefix or a folder, as a source's location. Of gcp, "
        "bigquery://project.dataset.recommendations_export. Of azure none: Advisor is asked.",
    )
    subscriptions: tuple[str, ...] = Field((), description="Of azure, the subscriptions to ask Advisor about, by id.")
    access: SourceAccess = Field(
        default_factory=SourceAccess, description="As whom the provider is called, as of a source. Never a secret."
    )
    stale_after_days: int = Field(
        14,
        ge=1,
        le=365,
        description="An export whose newest delivery is older is not taken: providers write one a day, and what they "
        "advised weeks ago may be done or wrong by now.",
    )

    @property
    def scheme(self) -> str:
        """The kind of place that it lies at; empty for a local path."""
        kind, mark, _ = (self.location or "").partition("://")
        return kind.lower() if mark else ""

    @field_validator("subscriptions")
    @classmethod
    def _subscriptions_are_ids(cls, subscriptions: tuple[str, ...]) -> tuple[str, ...]:
        for one in subscriptions:
            if not _SUBSCRIPTION.match(one):
                raise ValueError(f"{one!r} is no id of a subscription, such as 00000000-0000-0000-0000-000000000000")
        return tuple(dict.fromkeys(one.lower() for one in subscriptions))

    @model_validator(mode="after")
    def _place_fits_the_provider(self) -> "AdviceSettings":
        if self.provider == "azure":
            if self.location or not self.subscriptions:
                raise ValueError("advice of azure takes subscriptions, and no location")
            return self
        if self.subscriptions or not self.location:
            raise ValueError(f"advice of {self.provider} takes a location, and no subscriptions")
        if (self.provider == "gcp") != (self.scheme == "bigquery"):
            where = "a bigquery:// location" if self.provider == "gcp" else "a folder or bucket, not a table"
            raise ValueError(f"advice of {self.provider} takes {where}")
        return self

    @model_validator(mode="after")
    def _access_fits_the_place(self) -> "AdviceSettings":
        cloud = "azure" if self.provider == "azure" else _CLOUD_OF_SCHEME.get(self.scheme)
        given = sorted(self.access.model_fields_set - {cloud})
        if given:
            raise ValueError(f"access.{given[0]} is of no use to {self.location or 'Advisor'!r}")
        return self


def check_age(settings: AdviceSettings, newest: dt.datetime | None, now: dt.datetime) -> None:
    """`SourceError` where what was written last is too old to go by."""
    if newest is not None and (now - newest).days > settings.stale_after_days:
        raise SourceError(
            f"the newest advice is of {newest:%Y-%m-%d}, more than {settings.stale_after_days} days ago: does the "
            "export still run?"
        )
