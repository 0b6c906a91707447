"""VMs that run and do nothing."""

from decimal import Decimal

from tests.savings_gcp import COMPUTE, NEW, add_vm, estate
from tests.savings_inventory import Estate

CHECK = "idle_compute_instance"


def add(made: Estate, name: str, cpu: float | list[float] = 0.2, network: float = 50, **columns: object) -> str:
    resource = add_vm(made, name, **columns)  # type: ignore[arg-type]
    made.measure("gcp_instance_cpu", resource, cpu)
    made.measure("gcp_instance_network", resource, network)
    return resource


def example() -> Estate:
    made = estate()
    add(made, "idle")
    return made


def test_all_that_the_vm_costs_is_saved() -> None:
    assert example().savings(CHECK) == {f"{COMPUTE}/instances/idle": Decimal("360.00")}


def test_what_does_something_is_not_idle() -> None:
    made = estate()
    add(made, "nearly", cpu=0.38)  # 0.0304 vCPUs
    add(made, "talks", network=1001)
    # an hour of work a night is 4 % of the hours
    add(made, "at-night", cpu=([0.1] * 23 + [90.0]) * 14)
    found = made.ask(CHECK)
    assert not found.recommendations and not found.skipped


def test_a_larger_machine_is_judged_by_its_vcpus_and_not_by_percent() -> None:
    made = estate(n2_standard_128=(128, 512))
    add(made, "large", cpu=0.2, machine_type="n2-standard-128")
    assert made.savings(CHECK) == {}


def test_a_custom_type_says_its_vcpus_itself_and_an_unknown_one_is_not_judged() -> None:
    made = estate()
    custom = add(made, "custom", cpu=0.3, machine_type="n2-custom-8-20480")
    unknown = add(made, "unknown", cpu=0.1, machine_type="z9-standard-4")
    found = made.ask(CHECK)
    assert [one.resource_id for one in found.recommendations] == [custom]
    assert [(one.resource_id, one.reason) for one in found.skipped] == [
        (unknown, "the zone does not list its machine type z9-standard-4")
    ]


def test_what_must_be_left_alone_is_not_mentioned() -> None:
    made = estate()
    add(made, "young", created_at=NEW)
    add(made, "node", owner="goog-gke-node")
    add(made, "kept", tags={"keep": "yes"})
    add(made, "stopped", status="TERMINATED")
    found = made.ask(CHECK)
    assert not found.recommendations and not found.skipped


def test_too_few_days_and_nothing_on_the_bill_are_said() -> None:
    made = estate()
    few = add(made, "few", cpu=[0.1] * 9 * 24)
    free = add(made, "free", cost="0")
    reasons = {one.resource_id: one.reason for one in made.ask(CHECK).skipped}
    assert reasons == {
        few: "its CPU was measured on 9 days, 10 are needed",
        free: "the bill of the last 30 days has no such cost of it",
    }


def test_a_bill_that_numbers_is_the_same_vm() -> None:
    made = estate()
    resource = add(made, "numbered", cost="0", billed_as=["5731447681477044785"])
    billed = "//compute.googleapis.com/projects/441570621172/zones/region-1-b/instance/5731447681477044785"
    made.bill.add(billed, "N2 Instance Core running in Belgium", cost="1")
    # a boot disk has the VM's name, and is none of it
    made.bill.add(resource.replace("instances", "disks"), "Balanced PD Capacity in Belgium", cost="9")
    assert made.savings(CHECK) == {billed: Decimal("30.00")}


def test_what_a_commitment_covers_is_counted_apart() -> None:
    made = example()
    made.bill.add(
        f"{COMPUTE}/instances/idle", "N2 Instance Core running in Belgium", cost="1", pricing_category="Committed",
        commitment_discount_id="cud-1",
    )  # fmt: skip
    (found,) = made.ask(CHECK).recommendations
    assert (found.monthly_saving, found.covered_cost) == (Decimal(360), Decimal(30))
