"""VMs with more vCPUs and memory than they use."""

from decimal import Decimal

from tests.savings_gcp import COMPUTE, add_vm, estate
from tests.savings_inventory import Estate

CHECK = "machine_type_size"


def add(made: Estate, name: str, peak: float, memory: float | None, **columns: object) -> str:
    resource = add_vm(made, name, **columns)  # type: ignore[arg-type]
    made.measure("gcp_instance_cpu_peak", resource, peak)
    if memory is not None:
        made.measure("gcp_instance_memory", resource, memory)
    return resource


def example() -> Estate:
    made = estate()
    add(made, "large", 21, 30)
    return made


def test_cores_and_memory_of_the_smaller_type_are_saved() -> None:
    made = example()
    # n2-standard-4: half of 240 and of 120
    assert made.savings(CHECK) == {f"{COMPUTE}/instances/large": Decimal("180.00")}


def test_memory_decides_as_cores_do() -> None:
    made = estate()
    # 15 GiB and a quarter more do not fit into 16; 32 of n2-highmem-4 are as much as it has
    add(made, "full", 20, 47)
    # 2 vCPUs are enough, and 12.5 GiB take n2-highmem-2
    add(made, "small", 15, 31)
    assert made.savings(CHECK) == {f"{COMPUTE}/instances/small": Decimal("240.00")}


def test_without_the_agent_nothing_is_known_of_memory() -> None:
    made = estate()
    unknown = add(made, "unknown", 20, None)
    add(made, "busy", 90, None)
    found = made.ask(CHECK)
    assert found.recommendations == []
    assert [(one.resource_id, one.reason) for one in found.skipped] == [
        (unknown, "its memory, which the Ops Agent measures, was measured on 0 days, 10 are needed")
    ]


def test_shared_cores_gpus_and_owned_vms_are_left_out() -> None:
    made = estate()
    add(made, "node", 5, 5, owner="goog-gke-node")
    add(made, "gpu", 5, 5, gpus=1)
    assert made.savings(CHECK) == {}
