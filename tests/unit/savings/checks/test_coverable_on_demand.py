"""Usage on demand that a commitment would cover, hour by hour, and what a purchase must not be recommended for."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from savings.findings import Recommendation
from tests.savings_bill import LAST_DAY, Bill

CHECK = "coverable_on_demand"
D = Decimal
EC2 = {"x_service_code": "AmazonEC2"}
COMPUTE_PLAN: dict[str, Any] = {
    "pricing_category": "Committed", "commitment_discount_status": "Used", "commitment_discount_type": "Savings Plan",
    "commitment_discount_id": "plan-1", "x_commitment_term": "1yr", "x_commitment_payment_option": "No Upfront",
}  # fmt: skip


def hourly(
    bill: Bill, usage_type: str, cost: str, hours: range = range(24), first: int = 34, last: int = 0, **columns: Any
) -> Bill:
    """Usage of an hour at a time, in these hours of each day, of one unit."""
    for days_ago in range(first, last - 1, -1):
        day = LAST_DAY - dt.timedelta(days=days_ago)
        for hour in hours:
            at = dt.datetime.combine(day, dt.time(hour))
            row = bill._row("i-1", usage_type, day, 1, D(cost), D(1), "Hours")
            times = {"charge_period_start": at, "charge_period_end": at + dt.timedelta(hours=1)}
            bill.rows.append(row | EC2 | times | columns)
    return bill


def evidence(found: Recommendation) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(found.evidence)
    return told


def test_steady_usage_is_covered_and_peaks_are_not(tmp_path: Path) -> None:
    # 1 USD in each hour and 1 more in ten of 24, which is less than the 81 % at which a plan pays
    bill = hourly(Bill(), "EU-BoxUsage:m5.large", "1", first=59)
    hourly(bill, "EU-BoxUsage:m5.large", "1", range(8, 18), first=59)
    (found,) = bill.ask(CHECK, tmp_path)
    assert found.monthly_cost == D(34 * 30) and found.monthly_saving == D("0.19") * 24 * 30
    assert (found.lever, found.component, found.risk_class, found.remediation) == ("commit", "compute", "one_way", "")
    assert (found.account_id, found.resource_id, found.confidence) == ("", "payer/compute", "high")
    assert found.reason == (
        "Compute Savings Plan of 0.810 USD an hour for 12 months, no upfront: it covers 70.60 % of the usage on "
        "demand, 100 % of it is used where 81 % are enough, its term is earned after 9.70 months; it saves 136.80 "
        "USD of 1,020 in 30 days"
    )
    told = evidence(found)
    assert (told["weeks"], told["losing_weeks"], told["grain"], told["rates_from"]) == (8, 0, "hour", "listed rates")
    offers = {(one["offer"], one["term_months"], one["payment"]): one for one in told["alternatives"]}
    bound = offers["EC2 Instance Savings Plan", 12, "no upfront"]
    assert bound["saved_in_30_days"] == "243.36"


def test_an_installation_may_bind_itself_for_longer(tmp_path: Path) -> None:
    bill = hourly(Bill(), "EU-BoxUsage:m5.large", "1")
    (found,) = bill.ask(CHECK, tmp_path, max_term_months=36, only_flexible=0)
    told = evidence(found)
    assert (told["offer"], told["term_months"], told["payment"]) == ("EC2 Instance Savings Plan", 36, "no upfront")
    # m5.large is 4 normalised units; an hour of them costs 0.454 of 1 USD
    assert told["purchases"] == [
        {"family": "m5 region-1", "hourly_commitment": "0.454", "normalised_units": "4.00",
         "coverage_percent": "100.0", "saved_in_30_days": "393.12", "utilisation_percent": "100.0"}
    ]  # fmt: skip


def test_one_plan_covers_families_fargate_and_lambda_by_discount(tmp_path: Path) -> None:
    bill = hourly(Bill(), "EU-BoxUsage:c5.xlarge", "1")
    hourly(bill, "EU-Fargate-vCPU-Hours:perCPU", "1", x_service_code="AmazonECS")
    hourly(bill, "EU-Lambda-GB-Second", "1", x_service_code="AWSLambda")
    (found,) = bill.ask(CHECK, tmp_path)
    assert evidence(found)["hourly_commitment"] == "2.490"  # 0.81 + 0.80 + 0.88
    assert found.monthly_saving == D("0.51") * 24 * 30


def test_the_own_rate_goes_before_the_list(tmp_path: Path) -> None:
    bill = hourly(Bill(), "EU-BoxUsage:m5.large", "1")
    covered: dict[str, Any] = {"contracted_cost": D(2), "x_commitment_end_at": dt.datetime(2027, 2, 1)}
    hourly(bill, "EU-BoxUsage:m5.large", "1.4", **COMPUTE_PLAN, **covered)
    fee: dict[str, Any] = {"charge_category": "Purchase", "commitment_discount_id": "plan-1"}
    hourly(bill, "ComputeSP:1yrNoUpfront", "0", range(1), first=10, last=10, **fee)
    (found,) = bill.ask(CHECK, tmp_path)
    told = evidence(found)
    # 1.4 of 2 is a discount of 30 %
    assert (told["hourly_commitment"], told["rates_from"]) == ("0.700", "own rates")
    assert found.monthly_saving == D("0.3") * 24 * 30
    # what the plan covers comes back to on demand when it ends
    assert told["later"] == [{"day": "2027-02-01", "hourly_commitment": "1.400"}]


def test_days_are_looked_at_by_the_day_and_said_to_be(tmp_path: Path) -> None:
    bill = Bill("azure").add(
        "vm-1", "D2 v5", cost="24", x_sku_meter_category="Virtual Machines", x_sku_meter_subcategory="Dv5 Series"
    )
    (found,) = bill.ask(CHECK, tmp_path)
    assert (found.confidence, evidence(found)["grain"]) == ("low", "day")
    assert evidence(found)["hourly_commitment"] == "0.730" and found.monthly_saving == D("0.27") * 24 * 30


def test_sustained_use_discounts_end_where_a_commitment_covers(tmp_path: Path) -> None:
    # 1 USD of list price costs 0.80 now and 0.72 committed
    bill = hourly(
        Bill("gcp"), "N2 Instance Core running in Americas", "0.8", service_name="Compute Engine", contracted_cost=D(1)
    )
    (found,) = bill.ask(CHECK, tmp_path)
    assert evidence(found)["hourly_commitment"] == "0.720" and found.monthly_saving == D("0.08") * 24 * 30


def test_databases_of_new_families_have_a_plan_and_old_ones_reservations(tmp_path: Path) -> None:
    bill = hourly(Bill(), "EU-InstanceUsage:db.r7g.large", "1", x_service_code="AmazonRDS")
    hourly(bill, "EU-Multi-AZUsage:db.m6g.large", "1", x_service_code="AmazonRDS")
    found = {one.resource_id: (evidence(one)["offer"], one.monthly_saving) for one in bill.ask(CHECK, tmp_path)}
    assert found == {
        "payer/database": ("Database Savings Plan", D("0.20") * 24 * 30),
        "payer/reserved_rds": ("RDS reserved instances", D("0.36") * 24 * 30),
    }


def test_reservations_are_bought_in_whole_units(tmp_path: Path) -> None:
    # two large instances are 8 units; one more runs in half of the hours, which is less than the 64 % that pay
    bill = hourly(
        Bill(), "EU-InstanceUsage:db.m5.large", "0.4444444", x_service_code="AmazonRDS", pricing_quantity=D(2)
    )
    hourly(bill, "EU-InstanceUsage:db.m5.large", "0.2222222", range(12), x_service_code="AmazonRDS")
    (found,) = bill.ask(CHECK, tmp_path)
    (bought,) = evidence(found)["purchases"]
    assert (bought["normalised_units"], bought["hourly_commitment"]) == ("8.00", "0.284")


def test_currencies_are_looked_at_apart(tmp_path: Path) -> None:
    bill = hourly(hourly(Bill(), "EU-BoxUsage:m5.large", "1"), "BoxUsage:m5.large", "2", billing_currency="EUR")
    assert {(f.billing_currency, f.monthly_saving) for f in bill.ask(CHECK, tmp_path)} == {
        ("USD", D("0.19") * 24 * 30),
        ("EUR", D("0.38") * 24 * 30),
    }


def test_what_no_commitment_would_cheapen_is_left_alone(tmp_path: Path) -> None:
    bill = hourly(Bill(), "EU-SpotUsage:m5.large", "1", pricing_category="Dynamic")
    hourly(bill, "EU-BoxUsage:m5.large", "1", range(8, 18))  # ten hours of 24
    hourly(bill, "EU-Lambda-Edge-GB-Second", "1", x_service_code="AWSLambda")
    hourly(bill, "EU-DataTransfer-Out-Bytes", "1")
    hourly(bill, "EU-Fargate-EphemeralStorage-GB-Hours", "1", x_service_code="AmazonECS")
    hourly(bill, "EU-BoxUsage:c5.large", "1", pricing_category="Committed", commitment_discount_status="Used")
    hourly(bill, "EU-BoxUsage:r5.large", "-1")
    assert bill.ask(CHECK, tmp_path) == []


def test_windows_on_azure_and_monthly_rows_are_left_alone(tmp_path: Path) -> None:
    meter: dict[str, Any] = {
        "x_sku_meter_category": "Virtual Machines",
        "x_sku_meter_subcategory": "Dv5 Series Windows",
    }
    bill = Bill("azure").add("vm-1", "D2 v5", cost="24", **meter)
    bill.add("vm-2", "D2 v5", cost="700", days=30, **meter | {"x_sku_meter_subcategory": "Dv5 Series"})
    assert bill.ask(CHECK, tmp_path) == []


def test_usage_that_ended_or_has_just_begun_is_left_alone(tmp_path: Path) -> None:
    assert hourly(Bill(), "BoxUsage:m5.large", "1", last=7).ask(CHECK, tmp_path) == []
    new = hourly(Bill(), "BoxUsage:m5.large", "1", first=6)
    (tmp_path / "new").mkdir()
    assert hourly(new, "DataTransfer-Out-Bytes", "1", first=34, last=20).ask(CHECK, tmp_path / "new") == []
