"""Tables with more capacity than they use."""

from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate

ARN = "arn:aws:dynamodb:region-1:account-1:table/"


def table(estate: Estate, name: str, reads: Any = 3600.0, writes: Any = 36000.0, **columns: Any) -> Estate:
    """A table of 100 units each way, for 0.30 and 1.50 a day."""
    plain = {
        "name": name, "state": "ACTIVE", "billing_mode": "PROVISIONED", "read_units": 100, "write_units": 100,
        "index_read_units": 0, "index_write_units": 0, "is_scaled": False, "replicas": 0,
    }  # fmt: skip
    estate.add("aws_tables", ARN + name, **{**plain, **columns})
    estate.bill.add(ARN + name, "EUC1-ReadCapacityUnit-Hrs", cost="0.30", quantity="2400", unit="ReadCapacityUnit-Hrs")
    estate.bill.add(
        ARN + name, "EUC1-WriteCapacityUnit-Hrs", cost="1.50", quantity="2400", unit="WriteCapacityUnit-Hrs"
    )
    if reads is not None:
        estate.measure("aws_table_reads", ARN + name, reads)
    if writes is not None:
        estate.measure("aws_table_writes", ARN + name, writes)
    return estate


def example() -> Estate:
    return table(Estate(), "wide")


def test_what_is_not_needed_is_saved() -> None:
    # 1 a second twice over, used to 70 %, is 3 units; 10 is 29: 97 % of 9.00 and 71 % of 45.00
    assert example().savings("table_capacity") == {ARN + "wide": Decimal("40.68")}


def test_of_a_table_with_indexes_only_its_own_share_is() -> None:
    estate = table(Estate(), "wide", index_read_units=100, index_write_units=300)
    assert estate.savings("table_capacity") == {ARN + "wide": Decimal("12.35")}


def test_who_needs_it_is_left_alone() -> None:
    # 36 a second twice over, used to 70 %, are 103 units
    estate = table(Estate(), "busy", 129_600.0, 129_600.0)
    table(estate, "nightly", [0.0] * 335 + [129_600.0], [0.0] * 335 + [129_600.0])
    table(estate, "scaled", is_scaled=True)
    table(estate, "global", replicas=1)
    table(estate, "by-request", billing_mode="PAY_PER_REQUEST")
    table(estate, "unmeasured", writes=None)
    found = estate.ask("table_capacity")
    assert not found.recommendations
    assert [one.resource_id for one in found.skipped] == [ARN + "unmeasured"]


def test_what_people_protect_is_not_judged() -> None:
    found = table(Estate(), "kept", tags={"do-not-delete": "yes"}).ask("table_capacity")
    assert not found.recommendations
    assert [one.reason for one in found.skipped] == ["protected by its tag do-not-delete=yes"]
