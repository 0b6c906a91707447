"""The savings that the truth states, against figures worked out by hand."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from simulator.opportunities.bill import Bill
from simulator.opportunities.calendar import Calendar
from simulator.opportunities.company import Company
from simulator.opportunities.fleet.aws_instances import add_instance
from simulator.opportunities.fleet.aws_services import add_volume, move_to_gp3
from simulator.opportunities.truth import find_waste, find_worthless, plan_total
from tests.unit.simulator.opportunities.conftest import Built


def _company(net_discount: str = "0") -> Company:
    """A company that pays list prices, less what its contract takes off."""
    company = Company(0, 0, Calendar(dt.date(2026, 9, 30)), ("aws",))
    company.profile = dataclasses.replace(company.profile, base_discount=Decimal(0), net_discount=Decimal(net_discount))
    return company


@pytest.mark.parametrize(
    ("gigabytes", "iops", "throughput", "saved"),
    [
        (100, 300, 125, "2"),  # 10 - 8
        (500, 1500, 250, "5"),  # 50 - 40 - 125 x 0.04
        (200, 600, 250, "-1"),  # 20 - 16 - 5
        (2000, 6000, 250, "20"),  # 200 - 160 - 5 - 3000 x 0.005
    ],
)
def test_gp3_of_the_same_performance(gigabytes: int, iops: int, throughput: int, saved: str) -> None:
    company = _company()
    resource = add_volume(company, "gp2", gigabytes, region="us-east-1")
    bill = Bill(company.lines, company.calendar)
    saving = move_to_gp3(resource, gigabytes, iops, throughput)(bill)
    assert saving.quantize(Decimal("0.001")) == Decimal(saved)  # September has thirty days


def test_own_price_of_the_successor_is_used_where_it_is_billed() -> None:
    company = _company()
    add_instance(company, "m4.large", region="us-east-1")
    list_ratio = {w.planted.check: w.saving for w in find_waste(company, Bill(company.lines, company.calendar))}
    add_instance(company, "m6g.large", region="us-east-1")
    company.lines[-1].price = Decimal("0.05")
    own_price = {w.planted.check: w.saving for w in find_waste(company, Bill(company.lines, company.calendar))}
    assert list_ratio["graviton"] == (Decimal("0.1") - Decimal("0.077")) * 720
    assert own_price["graviton"] == (Decimal("0.1") - Decimal("0.05")) * 720
    assert own_price["previous_generation"] == list_ratio["previous_generation"] == Decimal("0.004") * 720


def test_a_successor_that_costs_more_is_a_decoy() -> None:
    company = _company()
    add_instance(company, "m4.large", region="us-east-1")
    add_instance(company, "m5.large", region="us-east-1", system="Windows")
    add_instance(company, "m5.large", region="us-east-1")
    company.lines[-1].price = Decimal("0.101")
    bill = Bill(company.lines, company.calendar)
    old = company.lines[0].resource
    assert "previous_generation" not in {
        w.planted.check for w in find_waste(company, bill) if w.planted.resource == old
    }
    assert [(d.check, d.resource) for d in find_worthless(company, bill)] == [("previous_generation", old)]


def test_what_a_contract_takes_off_makes_savings_smaller() -> None:
    company = _company("0.1")
    add_instance(company, "m4.large", region="us-east-1")
    add_instance(company, "m6g.large", region="us-east-1")
    found = {w.planted.check: w.saving for w in find_waste(company, Bill(company.lines, company.calendar))}
    assert found["graviton"] == (Decimal("0.1") - Decimal("0.077")) * 720 * Decimal("0.9")


def test_findings_on_one_machine_multiply_and_levers_do_not() -> None:
    company = _company()
    add_instance(company, "m4.large", "dev", region="us-east-1")
    found = find_waste(company, Bill(company.lines, company.calendar))
    assert {w.planted.check for w in found} == {"previous_generation", "graviton", "amd", "nonprod_always_on"}
    left = Decimal("0.77") * (1 - Decimal(118) / Decimal(168))  # Graviton is the largest of its lever
    assert plan_total(found).quantize(Decimal("1e-9")) == (72 * (1 - left)).quantize(Decimal("1e-9"))


def test_what_is_deleted_saves_its_cost_and_nothing_else() -> None:
    company = _company()
    resource = add_volume(company, "gp2", 100, region="us-east-1")
    company.waste("gp2_to_gp3", resource, "storage", move_to_gp3(resource, 100, 300, 125))
    company.waste("idle", resource, "all", lambda bill: bill.monthly(resource))
    total = plan_total(find_waste(company, Bill(company.lines, company.calendar)))
    assert total.quantize(Decimal("0.001")) == 10


def test_savings_are_positive_and_at_most_the_cost(companies: list[Built]) -> None:
    for built in companies:
        for waste in built.found:
            if waste.saving is not None and waste.planted.check != "commitment_expiring":
                assert 0 < waste.saving <= waste.cost, (waste.planted.check, waste.planted.resource.id)


def test_waste_is_a_tenth_to_a_quarter_of_the_spend(companies: list[Built]) -> None:
    for built in companies:
        for cloud in built.company.clouds:
            saved = plan_total(w for w in built.found if w.planted.resource.cloud == cloud)
            assert Decimal("0.08") < saved / built.bill.spend(cloud) < Decimal("0.26")


def test_what_saves_next_to_nothing_is_no_waste_and_no_decoy() -> None:
    company = _company()
    add_instance(company, "m4.large", region="us-east-1")
    add_instance(company, "m5.large", region="us-east-1")
    company.lines[-1].price = Decimal("0.099")  # a hundredth below that of m4
    old = company.lines[0].resource.id
    found = {
        (w.planted.check, w.planted.resource.id) for w in find_waste(company, Bill(company.lines, company.calendar))
    }
    assert ("previous_generation", old) not in found
    assert ("previous_generation", old) in {(one.check, one.resource.id) for one in company.tolerated}


def test_a_target_at_an_own_price_that_saves_nothing_leaves_it_open() -> None:
    company = _company()
    add_instance(company, "m5a.large", region="us-east-1")
    add_instance(company, "m7g.large", region="us-east-1")
    company.lines[-1].price = Decimal("0.085")
    found = {w.planted.check for w in find_waste(company, Bill(company.lines, company.calendar))}
    assert "graviton" not in found
    assert "graviton" in {one.check for one in company.tolerated}


def test_instances_on_hosts_and_machines_of_fleets_have_ids_of_their_own(everything: Built) -> None:
    lines = everything.company.lines
    assert {line.resource.id[:2] for line in lines if line.meter.usage.startswith("HostBoxUsage")} == {"i-"}
    fleet = [w for w in everything.found if w.planted.check == "spot_candidate"]
    assert len({w.planted.resource.id for w in fleet}) == len(fleet) == 90
    assert len({(w.planted.resource.account, w.planted.resource.region) for w in fleet}) == 1
