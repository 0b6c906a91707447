"""Inventory and metrics fit the bill, and what is idle or loose in them is named."""

from simulator.opportunities.inventory import take_inventory
from tests.unit.simulator.opportunities.conftest import Built


def test_idle_machines_and_loose_volumes_are_the_ones_named(everything: Built) -> None:
    inventory = take_inventory(everything.company)
    idle = {name for name, m in inventory.metrics.items() if m["cpu_p95_percent"] < 5 and m["network_mib_a_day"] < 5}
    loose = {volume["resource_id"] for volume in inventory.volumes if volume["attached_to"] is None}
    named = {(p.check, p.resource.id) for p in inventory.planted}
    assert named == {("idle_instance", name) for name in idle} | {("unattached_volume", name) for name in loose}
    assert len(idle) >= 6
    assert len(loose) >= 4
    machines = {machine["resource_id"] for machine in inventory.machines}
    assert {volume["attached_to"] for volume in inventory.volumes if volume["attached_to"]} <= machines
    assert not named & {(decoy.check, decoy.resource.id) for decoy in inventory.decoys}


def test_sizes_are_those_that_are_billed(everything: Built) -> None:
    inventory = take_inventory(everything.company)
    sizes = {v["resource_id"]: v["size_gb"] for v in inventory.volumes}
    gp2 = [p for p in everything.company.planted if p.check == "gp2_to_gp3"]
    assert gp2
    for planted in gp2:
        assert f"{sizes[planted.resource.id]} GB" == planted.detail


def test_nothing_that_the_bill_tells_is_told_again(everything: Built) -> None:
    inventory = take_inventory(everything.company)
    told = {p.resource.id for p in everything.company.planted}
    assert not told & {p.resource.id for p in inventory.planted}
