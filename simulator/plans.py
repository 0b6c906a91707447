"""The anomalies that are planted in a company: where, when, how much, and the story behind each."""

from dataclasses import dataclass
from typing import Literal

from simulator.aws_items import AWS_BEDROCK, AWS_ITEMS
from simulator.azure_items import AZURE_ITEMS
from simulator.catalogue import Item
from simulator.company import AWS_ACCOUNTS, AZURE_ACCOUNTS, GCP_ACCOUNTS, Account, find_account
from simulator.gcp_items import GCP_ITEMS, GCP_VERTEX

Kind = Literal[
    "spike", "multi_day_spike", "level_shift", "slow_leak", "trend_break", "service_stopped", "new_service",
    "new_region", "price_change", "opposite_move", "planned_event",
]  # fmt: skip
#: Extra cost of a day: this share of the service's normal day in the account, at least this amount.
EXTRA_SHARE = 0.6
EXTRA_MINIMUM = 150.0


@dataclass(frozen=True)
class Plan:
    """One anomaly as it is planned: ``before_end`` days before the window's end it starts, ``days`` it lasts."""

    id: str
    kind: Kind
    account: Account
    item: Item
    before_end: int
    days: int | None  # None: to the end of the window
    description: str
    share: float = EXTRA_SHARE  # extra cost of a day, of the service's normal day; of the price for a price change
    minimum: float = EXTRA_MINIMUM  # the least extra cost of a day, where it is a share
    region: str = ""  # where a new_region is
    sign: int = 1  # an opposite move is two plans in one service, one of each sign

    @property
    def is_decoy(self) -> bool:
        """Whether it was announced: to be expected, and no anomaly."""
        return self.kind == "planned_event"

    @property
    def is_of_meter(self) -> bool:
        """Whether its scope is one meter of the service: opposite moves leave the whole as it was."""
        return self.kind == "opposite_move"


def _item(items: tuple[Item, ...], code: str) -> Item:
    return next(item for item in items if item.code == code and item.kind == "on_demand")


def _aws(account: str, code: str) -> tuple[Account, Item]:
    return find_account(AWS_ACCOUNTS, account), _item(AWS_ITEMS, code)


def _azure(account: str, code: str) -> tuple[Account, Item]:
    return find_account(AZURE_ACCOUNTS, account), _item(AZURE_ITEMS, code)


def _gcp(account: str, code: str) -> tuple[Account, Item]:
    return find_account(GCP_ACCOUNTS, account), _item(GCP_ITEMS, code)


PLANS = (
    Plan(
        "aws-spike",
        "spike",
        *_aws("shop-prod", "AmazonDynamoDB"),
        17,
        1,
        "A full-table export job read every table once",
    ),
    Plan(
        "gcp-burst",
        "multi_day_spike",
        *_gcp("fernhill-warehouse", "BigQuery"),
        31,
        3,
        "A dashboard without a partition filter scanned whole tables for three days",
    ),
    Plan(
        "azure-spike",
        "spike",
        *_azure("crm-prod", "Azure Cosmos DB"),
        46,
        1,
        "Throughput was raised for a re-import and set back the next day",
    ),
    Plan(
        "aws-burst",
        "multi_day_spike",
        *_aws("shop-prod", "AmazonCloudWatch"),
        66,
        4,
        "Debug logging was left on after a release",
    ),
    Plan(
        "azure-price",
        "price_change",
        *_azure("analytics-prod", "Azure Databricks"),
        88,
        None,
        "A promotional price ended; the meter costs 60 percent more",
    ),
    Plan(
        "aws-shift",
        "level_shift",
        *_aws("data-prod", "AmazonES"),
        110,
        None,
        "The search domain was scaled out and never scaled back",
    ),
    Plan(
        "gcp-new",
        "new_service",
        find_account(GCP_ACCOUNTS, "fernhill-ml-prod"),
        GCP_VERTEX,
        131,
        None,
        "A language model went into production in a project that had never used the service",
    ),
    Plan(
        "aws-new",
        "new_service",
        find_account(AWS_ACCOUNTS, "ml-research"),
        AWS_BEDROCK,
        152,
        None,
        "A batch of model evaluations became a permanent job",
    ),
    Plan(
        "azure-shift",
        "level_shift",
        *_azure("workplace", "Log Analytics"),
        171,
        None,
        "A new agent sends every audit event",
    ),
    Plan(
        "aws-leak",
        "slow_leak",
        *_aws("data-prod", "AmazonS3"),
        205,
        30,
        "Temporary files were not deleted; the cost grew day by day until a lifecycle rule was set",
    ),
    Plan(
        "gcp-leak",
        "slow_leak",
        *_gcp("fernhill-web-prod", "Cloud Logging"),
        236,
        24,
        "A retry loop logged more every day until it was fixed",
    ),
    Plan(
        "aws-stopped",
        "service_stopped",
        *_aws("data-prod", "AmazonMSK"),
        258,
        None,
        "The message cluster was switched off",
    ),
)
