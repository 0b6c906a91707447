"""What the seeds say, against FOCUS's own lists: allowed service subcategories and the unit format."""

import csv
import re
from pathlib import Path

import pytest

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"

#: Service category -> its subcategories: FOCUS 1.2, column ServiceSubcategory.
SUBCATEGORIES = {
    "AI and Machine Learning": (
        "AI Platforms",
        "Bots",
        "Generative AI",
        "Machine Learning",
        "Natural Language Processing",
        "Other (AI and Machine Learning)",
    ),
    "Analytics": (
        "Analytics Platforms",
        "Business Intelligence",
        "Data Processing",
        "Search",
        "Streaming Analytics",
        "Other (Analytics)",
    ),
    "Business Applications": (
        "Productivity and Collaboration",
        "Other (Business Applications)",
    ),
    "Compute": (
        "Containers",
        "End User Computing",
        "Quantum Compute",
        "Serverless Compute",
        "Virtual Machines",
        "Other (Compute)",
    ),
    "Databases": (
        "Caching",
        "Data Warehouses",
        "Ledger Databases",
        "NoSQL Databases",
        "Relational Databases",
        "Time Series Databases",
        "Other (Databases)",
    ),
    "Developer Tools": (
        "Developer Platforms",
        "Continuous Integration and Deployment",
        "Development Environments",
        "Source Code Management",
        "Quality Assurance",
        "Other (Developer Tools)",
    ),
    "Identity": (
        "Identity and Access Management",
        "Other (Identity)",
    ),
    "Integration": (
        "API Management",
        "Messaging",
        "Workflow Orchestration",
        "Other (Integration)",
    ),
    "Internet of Things": (
        "IoT Analytics",
        "IoT Platforms",
        "Other (Internet of Things)",
    ),
    "Management and Governance": (
        "Architecture",
        "Compliance",
        "Cost Management",
        "Data Governance",
        "Disaster Recovery",
        "Endpoint Management",
        "Observability",
        "Support",
        "Other (Management and Governance)",
    ),
    "Media": (
        "Content Creation",
        "Gaming",
        "Media Streaming",
        "Mixed Reality",
        "Other (Media)",
    ),
    "Migration": (
        "Data Migration",
        "Resource Migration",
        "Other (Migration)",
    ),
    "Mobile": ("Other (Mobile)",),
    "Multicloud": (
        "Multicloud Integration",
        "Other (Multicloud)",
    ),
    "Networking": (
        "Application Networking",
        "Content Delivery",
        "Network Connectivity",
        "Network Infrastructure",
        "Network Routing",
        "Network Security",
        "Other (Networking)",
    ),
    "Security": (
        "Secret Management",
        "Security Posture Management",
        "Threat Detection and Response",
        "Other (Security)",
    ),
    "Storage": (
        "Backup Storage",
        "Block Storage",
        "File Storage",
        "Object Storage",
        "Storage Platforms",
        "Other (Storage)",
    ),
    "Web": (
        "Application Platforms",
        "Other (Web)",
    ),
    "Other": ("Other (Other)",),
}
#: FOCUS 1.2, unit format: a unit, a unit for a time, a unit over a time, or a number of units.
TIMES = "(Years?|Months?|Days?|Hours?|Minutes?|Seconds?)"
NAME = r"[A-Za-z][A-Za-z0-9]*( [A-Za-z][A-Za-z0-9]*)*"
UNIT = re.compile(rf"{NAME}(-{TIMES}|/([0-9]+ )?{TIMES})?")


def read_seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_service_has_a_subcategory_of_its_category() -> None:
    wrong = [
        row
        for row in read_seed("service_categories")
        if row["service_subcategory"] not in SUBCATEGORIES.get(row["service_category"], ())
    ]
    assert wrong == []


def test_units_are_in_the_unit_format() -> None:
    units = {row["consumed_unit"] for row in read_seed("pricing_units")}
    assert [unit for unit in sorted(units) if not UNIT.fullmatch(unit)] == []
    for row in read_seed("pricing_units"):
        block = "" if row["block_size"] == "1" else f"{row['block_size']} "
        assert row["pricing_unit"] == block + row["consumed_unit"], row


@pytest.mark.parametrize(
    ("seed", "keys"),
    [("regions", ("provider", "native_value")), ("pricing_units", ("provider", "native_unit")),
     ("service_categories", ("provider", "native_field", "native_value"))],
)  # fmt: skip
def test_every_spelling_is_there_once(seed: str, keys: tuple[str, ...]) -> None:
    spellings = [tuple(row[key] for key in keys) for row in read_seed(seed)]
    assert len(spellings) == len(set(spellings)) > 100


def test_a_region_has_one_name() -> None:
    names = {(row["provider"], row["region_id"], row["region_name"]) for row in read_seed("regions")}
    assert len({name[:2] for name in names}) == len(names)
