"""VMs with more vCPUs than they use, whose memory nobody measured."""

from decimal import Decimal

from tests.savings_gcp import COMPUTE, NEW, add_vm, estate
from tests.savings_inventory import Estate

CHECK = "machine_type_cpus"


def add(made: Estate, name: str, peak: float | list[float], **columns: object) -> str:
    resource = add_vm(made, name, **columns)  # type: ignore[arg-type]
    made.measure("gcp_instance_cpu_peak", resource, peak)
    return resource


def example() -> Estate:
    made = estate()
    add(made, "wide", 20)
    return made


def test_half_of_the_cores_and_none_of_the_memory_is_saved() -> None:
    made = example()
    assert made.savings(CHECK) == {f"{COMPUTE}/instances/wide": Decimal("120.00")}
    (found,) = made.ask(CHECK).recommendations
    assert "n2-highmem-4" in found.reason and found.monthly_cost == Decimal(360)


def test_what_needs_its_vcpus_keeps_them() -> None:
    made = estate()
    # 40.1 % of 8 vCPUs and a quarter more do not fit into 4
    add(made, "busy", 40.1)
    # four busy hours of 336 are more than one in a hundred
    add(made, "at-night", [10.0] * 332 + [90.0] * 4)
    assert made.savings(CHECK) == {}


def test_a_few_busy_minutes_of_two_weeks_do_not_count() -> None:
    made = estate()
    add(made, "burst", [10.0] * 334 + [90.0] * 2)
    assert made.savings(CHECK) == {f"{COMPUTE}/instances/burst": Decimal("120.00")}


def test_no_type_has_as_much_memory_with_fewer_vcpus() -> None:
    made = estate()
    add(made, "full", 5, machine_type="n2-highmem-4")
    add(made, "custom", 5, machine_type="n2-custom-8-20480")
    assert made.savings(CHECK) == {}


def test_what_must_be_left_alone_is_not_mentioned() -> None:
    made = estate()
    add(made, "young", 5, created_at=NEW)
    add(made, "node", 5, owner="projects/7/zones/z/instanceGroupManagers/web")
    add(made, "gpu", 5, gpus=1)
    add(made, "scratch", 5, local_ssds=2)
    found = made.ask(CHECK)
    assert not found.recommendations and not found.skipped


def test_too_few_days_are_said() -> None:
    made = estate()
    resource = add(made, "few", [5.0] * 24 * 9)
    (said,) = made.ask(CHECK).skipped
    assert (said.resource_id, said.reason) == (resource, "its CPU was measured on 9 days, 10 are needed")


def test_a_part_that_a_commitment_covers_is_no_saving_by_itself() -> None:
    made = example()
    made.bill.add(
        f"{COMPUTE}/instances/wide", "N2 Instance Core running in Belgium", cost="4", pricing_category="Committed",
        commitment_discount_id="cud-1",
    )  # fmt: skip
    (found,) = made.ask(CHECK).recommendations
    assert (found.monthly_saving, found.covered_cost) == (Decimal(120), Decimal(120))
