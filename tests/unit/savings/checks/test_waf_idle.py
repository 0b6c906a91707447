"""Web ACLs, with and without requests."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

WAF: dict[str, Any] = {"x_service_code": "awswaf"}


def acl(bill: Bill, name: str | None, **columns: Any) -> Bill:
    """A web ACL with two rules, 0.16 and 0.06 a day."""
    bill.add(name, "USE1-WebACLV2", cost="0.16", quantity="0.03", unit="Months", **WAF, **columns)
    return bill.add(name, "USE1-RuleV2", cost="0.06", quantity="0.06", unit="Months", **WAF, **columns)


def test_fees_without_requests_are_found(tmp_path: Path) -> None:
    assert acl(Bill(), "acl-idle").savings("waf_idle", tmp_path) == {"acl-idle": Decimal("6.60")}


def test_requests_shield_new_and_deleted_ones_are_not_found(tmp_path: Path) -> None:
    bill = acl(Bill(), "acl-used")
    bill.add("acl-used", "USE1-RequestV2-Tier1", cost="0", quantity="1", unit="Requests", first_days_ago=9, **WAF)
    acl(bill, "acl-shield")
    bill.add("acl-shield", "USE1-ShieldProtected-RequestV2-Tier1", cost="0", quantity="5", unit="Requests", **WAF)
    acl(bill, "acl-new", first_days_ago=20)
    acl(bill, "acl-gone", last_days_ago=4)
    assert bill.savings("waf_idle", tmp_path) == {}


def test_requests_of_no_acl_leave_it_open(tmp_path: Path) -> None:
    bill = acl(Bill(), "acl-1").add(None, "USE1-RequestV2-Tier1", cost="1", quantity="1", unit="Requests", **WAF)
    assert bill.savings("waf_idle", tmp_path) == {}
