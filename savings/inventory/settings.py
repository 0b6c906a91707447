"""Which accounts may be looked into: section ``savings.inventory`` of the configuration."""

from pydantic import Field

from clouds.access import AzureAccess, GcpAccess
from clouds.aws.accounts import AccountSettings
from core.section import Section


class AwsInventorySettings(Section):
    """Accounts of AWS."""

    accounts: dict[str, AccountSettings] = Field(
        default_factory=dict,
        description="Accounts to read, by their number, each with the role that may. Default: those of "
        "`actions.allowed_accounts`, as actions sign in to them.",
    )
    regions: tuple[str, ...] = Field((), description="Regions to read. Default: those of `actions.allowed_regions`.")


class AzureInventorySettings(Section):
    """Subscriptions of Azure."""

    subscriptions: tuple[str, ...] = Field((), description="Subscriptions to read, by their id. Default none.")
    access: AzureAccess = Field(default_factory=AzureAccess, description="As whom Azure is asked.")


class GcpInventorySettings(Section):
    """Projects of Google Cloud."""

    projects: tuple[str, ...] = Field((), description="Projects to read, by their id. Default none.")
    access: GcpAccess = Field(default_factory=GcpAccess, description="Whose quota the questions count against.")


class InventorySettings(Section):
    """What is read beside the bill, read-only, and how far back use is looked at."""

    aws: AwsInventorySettings = Field(default_factory=AwsInventorySettings)
    azure: AzureInventorySettings = Field(default_factory=AzureInventorySettings)
    gcp: GcpInventorySettings = Field(default_factory=GcpInventorySettings)
    look_back_days: int = Field(
        14,
        ge=1,
        le=90,
        description="Whole days of use that are looked at. 14: two weekends, and what AWS' and Google's own advice "
        "looks at; clouds keep hourly values for at least 42.",
    )
    protected_tags: tuple[str, ...] = Field(
        ("do-not-delete", "donotdelete", "keep", "protected", "retain", "legal-hold"),
        description="Tags (`key` or `key=value`, any case) of resources that people want to keep as they are; a key "
        "alone does not count where the value is false, no or 0.",
    )
