"""Red Hat and SUSE subscriptions that are paid by the hour and may be owned already."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

RHEL: dict[str, Any] = {
    "x_sku_meter_category": "Virtual Machines Licenses", "x_sku_meter_subcategory": "Red Hat Enterprise Linux",
}  # fmt: skip
SLES = RHEL | {"x_sku_meter_subcategory": "SUSE Linux Enterprise Server Standard"}


def test_subscription_rows_are_saved_whole(tmp_path: Path) -> None:
    bill = Bill(cloud="azure").add("vm-1", "1-4 vCPU VM License", cost="1.44", **RHEL)
    bill.add("vm-2", "1-2 vCPU VM License", cost="1.2", **SLES)
    bill.add("vm-1", "D4s v5", cost="4.6", x_sku_meter_category="Virtual Machines", x_sku_meter_subcategory="Dsv5")
    assert bill.savings("ahb_linux_missing", tmp_path) == {"vm-1": Decimal("43.20"), "vm-2": Decimal("36.00")}


def test_plans_other_licences_own_subscriptions_and_what_is_gone_are_not_found(tmp_path: Path) -> None:
    bill = Bill(cloud="azure").add("vm-plan", "License", cost="1", **RHEL | {"pricing_category": "Committed"})
    bill.add("vm-ubuntu", "License", cost="1", **RHEL | {"x_sku_meter_subcategory": "Ubuntu Pro"})
    bill.add("vm-own", "License", cost="1", **RHEL | {"x_sku_meter_subcategory": "Red Hat Enterprise Linux BYOS"})
    bill.add("vm-gone", "License", cost="1", last_days_ago=4, **RHEL).add(None, "License", cost="1", **RHEL)
    bill.add("vm-credited", "License", cost="-1", **RHEL)
    assert bill.savings("ahb_linux_missing", tmp_path) == {}
