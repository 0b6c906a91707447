"""What Azure says of resources, read over HTTP: pages, metrics, and everything that keeps a list from being whole."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clouds.access import AzureAccess
from clouds.azure.resources import ResourceManager
from clouds.politeness import Politeness
from savings.inventory.azure.cloud import AzureCloud
from savings.inventory.contract import Window
from savings.inventory.registry import find_metrics, find_tables
from savings.inventory.taking import Taken, take_inventory
from tests.peers.arm import Fault
from tests.peers.arm_resources import ArmResources
from tests.peers.patience import HandClock, quick_politeness

SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
OTHER = "00000000-0000-4000-8000-000000000002"
ENVIRON = {"TENANT": "11111111-0000-4000-8000-000000000000", "APPLICATION": "app", "SECRET": "right"}
WINDOW = Window.before(dt.date(2026, 11, 2), 2)
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/Shop"


@pytest.fixture
def arm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArmResources]:
    with ArmResources(tmp_path) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", server.url)
        yield server


def cloud(arm: ArmResources, *subscriptions: str, politeness: Politeness | None = None, **more: Any) -> AzureCloud:
    access = AzureAccess(
        tenant_id_env="TENANT", client_id_env="APPLICATION", client_secret_env="SECRET", management_url=arm.url
    )
    environ = {**ENVIRON, "AZURE_AUTHORITY_HOST": arm.url, "REQUESTS_CA_BUNDLE": str(arm.certificate)}
    manager = ResourceManager(access, politeness or quick_politeness(), environ, **more)
    return AzureCloud(manager, subscriptions or (SUBSCRIPTION,))


def take(found: AzureCloud, *names: str) -> Taken:
    """What is read for a check of these tables and metrics."""
    tables = tuple(name for name in names if name in find_tables())
    metrics = tuple(name for name in names if name in find_metrics())
    check: Any = type("Asked", (), {"tables": tables, "metrics": metrics})()
    return take_inventory([found], [check], WINDOW)


def disk(name: str, **properties: Any) -> dict[str, Any]:
    return {
        "id": f"{GROUP}/providers/Microsoft.Compute/disks/{name}",
        "name": name,
        "location": "westeurope",
        "sku": {"name": "Premium_LRS", "tier": "Premium"},
        "tags": {"Team": "shop"},
        "properties": {
            "diskState": "Unattached",
            "diskSizeGB": 128,
            "diskIOPSReadWrite": 500,
            "diskMBpsReadWrite": 100,
            "timeCreated": "2026-01-02T03:04:05.1234567+00:00",
            **properties,
        },
    }


def put_disks(arm: ArmResources, *disks: dict[str, Any], subscription: str = SUBSCRIPTION) -> None:
    arm.add(f"/subscriptions/{subscription}/providers/Microsoft.Compute/disks", *disks)


def test_every_page_of_a_list_is_read_as_rows(arm: ArmResources) -> None:
    put_disks(arm, *(disk(f"disk-{number}") for number in range(5)))
    taken = take(cloud(arm), "azure_disks")
    assert not taken.incomplete["azure_disks"]
    assert [row["resource_id"].rsplit("/")[-1] for row in taken.rows["azure_disks"]] == [f"disk-{n}" for n in range(5)]
    row = taken.rows["azure_disks"][0]
    assert (row["account_id"], row["region"], row["tags"]) == (SUBSCRIPTION, "westeurope", {"Team": "shop"})
    assert (row["state"], row["size_gib"], row["iops"], row["attached_to"]) == ("Unattached", 128, 500, [])
    assert row["created_at"] == dt.datetime(2026, 1, 2, 3, 4, 5, 123456)
    assert all(options["api-version"] == "2024-03-02" for _, options in arm.asked) and len(arm.asked) == 3


def test_a_subscription_that_is_denied_is_incomplete_and_the_others_are_not(arm: ArmResources) -> None:
    put_disks(arm, disk("mine"))
    put_disks(arm, disk("theirs"), subscription=OTHER)
    arm.denied.add(f"{OTHER}/providers/Microsoft.Compute")
    taken = take(cloud(arm, SUBSCRIPTION, OTHER), "azure_disks")
    assert len(taken.rows["azure_disks"]) == 1
    ((scope, reason),) = taken.incomplete["azure_disks"].items()
    assert scope == ("azure", OTHER, "") and "may not read" in reason and "AuthorizationFailed" in reason
    assert "hunter2" not in reason


def test_a_page_that_is_cut_leaves_nothing_of_the_list(arm: ArmResources) -> None:
    put_disks(arm, *(disk(f"disk-{number}") for number in range(5)))
    arm.cut.add("/disks")
    taken = take(cloud(arm), "azure_disks")
    assert not taken.rows["azure_disks"]
    (reason,) = taken.incomplete["azure_disks"].values()
    assert "disks" in reason and ("cannot be reached" in reason or "cannot be read" in reason)


def test_the_service_is_left_alone_as_long_as_it_says_and_then_asked_again(arm: ArmResources) -> None:
    put_disks(arm, *(disk(f"disk-{number}") for number in range(3)))
    clock = HandClock()
    arm.faults += [Fault(429, "TooManyRequests", {"Retry-After": "17"}), Fault(503, "ServerBusy")]
    taken = take(cloud(arm, politeness=quick_politeness(clock, attempts=3)), "azure_disks")
    assert len(taken.rows["azure_disks"]) == 3 and clock.slept[0] >= 17
    arm.faults += [Fault(429, "TooManyRequests", {"Retry-After": "1"})] * 9
    taken = take(cloud(arm, politeness=quick_politeness(attempts=3)), "azure_disks")
    (reason,) = taken.incomplete["azure_disks"].values()
    assert "throttles" in reason and not taken.rows["azure_disks"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"properties": "none"}, "its properties is no object"),
        ({"tags": ["a"]}, "its tags is no object"),
        ({"id": None}, "a resource without resource_id"),
        ({"sku": "Premium"}, "its sku is no object"),
        ({"properties": {"diskSizeGB": "many"}}, "size_gib: 'many' is no bigint"),
        ({"properties": {"timeCreated": "yesterday"}}, "created_at: 'yesterday' is no timestamp"),
    ],
)
def test_a_row_that_cannot_be_read_leaves_nothing_of_the_list(
    arm: ArmResources, changed: dict[str, Any], said: str
) -> None:
    put_disks(arm, disk("good"), {**disk("bad"), **changed})
    taken = take(cloud(arm), "azure_disks")
    (reason,) = taken.incomplete["azure_disks"].values()
    assert said in reason and not taken.rows["azure_disks"]


def test_a_next_page_at_another_service_is_not_followed(arm: ArmResources) -> None:
    put_disks(arm, *(disk(f"disk-{number}") for number in range(3)))
    arm.elsewhere = "https://management.example.com"
    (reason,) = take(cloud(arm), "azure_disks").incomplete["azure_disks"].values()
    assert "its next page is at another service" in reason


def test_a_provider_that_nobody_registered_has_nothing(arm: ArmResources) -> None:
    arm.unregistered.add("Microsoft.Cache")
    taken = take(cloud(arm), "azure_redis_caches")
    assert taken.rows["azure_redis_caches"] == [] and not taken.incomplete["azure_redis_caches"]


def test_a_sign_in_that_ran_out_is_said_without_what_azure_says(arm: ArmResources) -> None:
    arm.secret = "another"
    (reason,) = take(cloud(arm), "azure_disks").incomplete["azure_disks"].values()
    assert "expired" in reason and "hunter2" not in reason


def test_a_demo_asks_this_machine_alone_and_with_nobodys_credential(arm: ArmResources) -> None:
    put_disks(arm, disk("disk"))
    taken = take(cloud(arm, is_confined=True), "azure_disks")
    # the token that is made up is none to the peer, and no sign-in was tried
    (reason,) = taken.incomplete["azure_disks"].values()
    assert "does not accept the token" in reason
    elsewhere = AzureCloud(ResourceManager(AzureAccess(), is_confined=True), [SUBSCRIPTION])
    (reason,) = take(elsewhere, "azure_disks").incomplete["azure_disks"].values()
    assert reason == "this is a demo's home: it reads this machine alone, and management.azure.com is not on it"


def test_hours_that_were_measured_are_samples_and_others_are_not(arm: ArmResources) -> None:
    put_disks(arm, disk("busy"), disk("quiet"), {**disk("plain"), "sku": {"name": "StandardSSD_LRS"}})
    at = WINDOW.start
    hours = [(at, 7.5), (at + dt.timedelta(hours=1), None), (at + dt.timedelta(hours=2), 0.0)]
    arm.measure(disk("busy")["id"], "Composite Disk Read Operations/sec", hours)
    taken = take(cloud(arm), "azure_disk_reads")
    ((account, series),) = taken.series["azure_disk_reads"]
    assert (account, series.region, series.resource_id) == (SUBSCRIPTION, "westeurope", disk("busy")["id"])
    assert series.samples == [(at, 7.5), (at + dt.timedelta(hours=2), 0.0)]
    asked = [options for path, options in arm.asked if path.endswith("/metrics")]
    assert len(asked) == 2, "of a disk that is no premium one nothing is asked"
    assert asked[0]["timespan"] == "2026-10-31T00:00:00Z/2026-11-02T00:00:00Z"


def test_metrics_that_are_denied_leave_the_subscription_unmeasured(arm: ArmResources) -> None:
    put_disks(arm, disk("busy"))
    arm.denied.add("Microsoft.Insights/metrics")
    taken = take(cloud(arm), "azure_disks", "azure_disk_reads")
    assert len(taken.rows["azure_disks"]) == 1 and not taken.series["azure_disk_reads"]
    assert list(taken.incomplete["azure_disk_reads"]) == [("azure", SUBSCRIPTION, "")]


def test_a_metric_that_a_resource_does_not_have_is_not_measured_of_it(arm: ArmResources) -> None:
    put_disks(arm, disk("odd"))
    arm.unknown.add("Composite Disk Read Operations/sec")
    taken = take(cloud(arm), "azure_disk_reads")
    assert not taken.series["azure_disk_reads"] and not taken.incomplete["azure_disk_reads"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"value": "none"}, "the answer has no value"),
        ({"value": [{"timeseries": [{"data": [{"timeStamp": "noon", "maximum": 1}]}]}]}, "'noon' is no instant"),
        ({"value": [{"errorCode": "Throttled", "timeseries": []}]}, "was not measured (Azure: Throttled)"),
        ({"value": [{"timeseries": [{"data": [{"timeStamp": "2026-11-01", "maximum": "x"}]}]}]}, "'x' is no double"),
        ([], "the answer is no object"),
    ],
)
def test_an_answer_that_cannot_be_read_leaves_the_subscription_unmeasured(
    arm: ArmResources, answer: Any, said: str
) -> None:
    put_disks(arm, disk("busy"))
    arm.answers[f"{disk('busy')['id']}/providers/Microsoft.Insights/metrics"] = answer
    taken = take(cloud(arm), "azure_disk_reads")
    assert not taken.series["azure_disk_reads"]
    ((scope, reason),) = taken.incomplete["azure_disk_reads"].items()
    assert scope == ("azure", SUBSCRIPTION, "") and said in reason


def test_permissions_are_the_exact_reads(arm: ArmResources) -> None:
    for table in find_tables().values():
        if table.cloud == "azure":
            assert all(one.startswith("Microsoft.") and one.endswith("/read") for one in table.permissions)
    assert find_metrics()["azure_vm_cpu"].permissions == ("Microsoft.Insights/metrics/read",)
