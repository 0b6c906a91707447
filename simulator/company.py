"""The company whose bills are simulated: its teams, accounts, subscriptions, projects and regions."""

from dataclasses import dataclass
from typing import Literal

Provider = Literal["aws", "azure", "gcp"]

COMPANY = "Fernhill Retail"
DOMAIN = "fernhill.example"

TEAMS = ("storefront", "payments", "search", "mobile", "data-platform", "machine-learning", "platform", "security")
COST_CENTRES = {team: f"CC-{4100 + 10 * number}" for number, team in enumerate(TEAMS)}


@dataclass(frozen=True)
class Account:
    """An AWS account, an Azure subscription or a Google Cloud project: what a charge is booked on."""

    provider: Provider
    id: str
    name: str
    environment: str
    teams: tuple[str, ...]
    weight: int
    number: str = ""  # Google Cloud project number
    region: str = ""  # where it mostly runs


AWS_PAYER = Account("aws", "104857600123", "fernhill-management", "prod", ("platform",), 0, region="us-east-1")
AWS_ACCOUNTS = (
    AWS_PAYER,
    Account("aws", "210987654321", "shared-network", "prod", ("platform",), 8, region="eu-west-1"),
    Account("aws", "301122334455", "shop-prod", "prod", ("storefront", "payments", "search"), 30, region="eu-west-1"),
    Account("aws", "012345678905", "shop-staging", "staging", ("storefront", "payments"), 12, region="eu-west-1"),
    Account("aws", "402233445566", "shop-dev", "dev", ("storefront", "mobile", "search"), 12, region="us-east-1"),
    Account("aws", "503344556677", "data-prod", "prod", ("data-platform", "search"), 20, region="eu-central-1"),
    Account("aws", "604455667788", "ml-research", "dev", ("machine-learning",), 12, region="us-west-2"),
    Account("aws", "705566778899", "security-audit", "prod", ("security",), 6, region="us-east-1"),
)

AZURE_ENROLLMENT = "68203417"
AZURE_ACCOUNTS = (
    Account(
        "azure",
        "3b1f6c52-7a0d-4e8b-9a43-5d1e0f6a7c01",
        "crm-prod",
        "prod",
        ("payments", "mobile"),
        26,
        "",
        "westeurope",
    ),
    Account(
        "azure", "8c2d7e63-1b4f-4a9c-8b54-6e2f1a7b8d02", "crm-test", "staging", ("payments",), 12, "", "westeurope"
    ),
    Account(
        "azure",
        "9d3e8f74-2c50-4bad-9c65-7f302b8c9e03",
        "analytics-prod",
        "prod",
        ("data-platform",),
        24,
        "",
        "northeurope",
    ),
    Account(
        "azure",
        "ae4f9085-3d61-4cbe-ad76-80413c9daf04",
        "analytics-dev",
        "dev",
        ("data-platform",),
        12,
        "",
        "northeurope",
    ),
    Account("azure", "bf50a196-4e72-4dcf-be87-91524daeb005", "workplace", "prod", ("platform",), 14, "", "westeurope"),
    Account(
        "azure",
        "c061b2a7-5f83-4ed0-8f98-a2635ebfc106",
        "sandbox",
        "dev",
        ("mobile", "security"),
        12,
        "",
        "germanywestcentral",
    ),
)

GCP_BILLING_ACCOUNT = "01A2B3-C4D5E6-F70819"
GCP_ORGANIZATION = "482910375566"
GCP_ACCOUNTS = (
    Account(
        "gcp",
        "fernhill-web-prod",
        "Web production",
        "prod",
        ("storefront", "mobile"),
        24,
        "118273645501",
        "europe-west1",
    ),
    Account("gcp", "fernhill-web-dev", "Web development", "dev", ("storefront",), 12, "229384756612", "europe-west1"),
    Account("gcp", "fernhill-warehouse", "Warehouse", "prod", ("data-platform",), 26, "330495867723", "europe-west4"),
    Account(
        "gcp", "fernhill-ml-prod", "ML production", "prod", ("machine-learning",), 16, "441506978834", "us-central1"
    ),
    Account(
        "gcp", "fernhill-ml-staging", "ML staging", "staging", ("machine-learning",), 10, "552617089945", "us-central1"
    ),
    Account("gcp", "fernhill-security", "Security", "prod", ("security",), 8, "663728190056", "europe-west4"),
)

#: AWS region -> prefix of its usage types, its long name.
AWS_REGIONS = {
    "us-east-1": ("", "US East (N. Virginia)"),
    "us-west-2": ("USW2-", "US West (Oregon)"),
    "eu-west-1": ("EU-", "EU (Ireland)"),
    "eu-central-1": ("EUC1-", "EU (Frankfurt)"),
}
#: Azure region -> meter region, spelling in ResourceLocation.
AZURE_REGIONS = {
    "westeurope": ("EU West", "westeurope"),
    "northeurope": ("EU North", "EUNorth"),
    "germanywestcentral": ("DE West Central", "DE West Central"),
}
#: Google Cloud region -> country.
GCP_REGIONS = {"europe-west1": "BE", "europe-west4": "NL", "us-central1": "US"}


def find_account(accounts: tuple[Account, ...], name: str) -> Account:
    """The account of that name or project id."""
    return next(account for account in accounts if name in (account.name, account.id))
