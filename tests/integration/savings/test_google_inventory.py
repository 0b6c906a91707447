"""Google Cloud is read over HTTP as its discovery documents have it: to the last page, or not at all, and then why."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clouds.access import GcpAccess
from clouds.google.rest import ENDPOINT_ENV, GoogleRest
from clouds.politeness import Politeness, RetryPolicy
from savings.check import InventoryCheck
from savings.inventory.contract import Window
from savings.inventory.gcp.cloud import GcpCloud
from savings.inventory.registry import find_metrics, find_tables
from savings.inventory.taking import Taken, take_inventory
from savings.registry import CHECKS
from tests.integration.savings.google_project import COMPUTE, HOURS, PROJECT, ZONE, add_vm, fill
from tests.peers.google import Fault, Google

WINDOW = Window.before(dt.date(2026, 11, 2), 14)
GCP_CHECKS = [check for check in CHECKS.values() if isinstance(check, InventoryCheck) and check.clouds == ("gcp",)]
TABLES = sorted(name for name, table in find_tables().items() if table.cloud == "gcp")
METRICS = sorted(name for name, metric in find_metrics().items() if metric.cloud == "gcp")
#: Paths of requests with the permission that each takes.
PERMISSIONS = {
    r"/compute/v1/.*/(\w+)": "compute.{}.list",
    r"/v3/.*/(timeSeries)": "monitoring.{}.list",
    r"/v1/projects/[^/]+/(instances)": "cloudsql.{}.list",
    r"/v1/.*/(clusters)": "container.{}.list",
    r"/v1/.*/locations/-/(instances)": "redis.{}.list",
}


@pytest.fixture
def google() -> Iterator[Google]:
    with Google() as peer:
        fill(peer)
        yield peer


@pytest.fixture
def waits() -> list[float]:
    """How long was waited, without waiting."""
    return []


def open_rest(google: Google, waits: list[float], **options: Any) -> GoogleRest:
    politeness = Politeness(
        RetryPolicy(attempts=3), sleep=waits.append, clock=lambda: sum(waits), draw=lambda a, b: 0.5
    )
    return GoogleRest(environ={ENDPOINT_ENV: google.url}, politeness=politeness, **options)


def take(
    google: Google, waits: list[float], *projects: str, checks: list[InventoryCheck] | None = None, **options: Any
) -> Taken:
    cloud = GcpCloud(open_rest(google, waits, **options), projects or (PROJECT,))
    taken = take_inventory([cloud], checks or GCP_CHECKS, WINDOW)
    assert not google.refused
    assert "hunter2" not in str(taken.incomplete)
    return taken


def row(taken: Taken, table: str, name: str) -> dict[str, Any]:
    (found,) = [one for one in taken.rows[table] if one["resource_id"].endswith(f"/{name}")]
    return found


def test_everything_is_read_to_its_last_page(google: Google, waits: list[float]) -> None:
    taken = take(google, waits)
    assert not any(taken.incomplete.values())
    counts = {name: len(rows) for name, rows in taken.rows.items()}
    assert counts == {
        "gcp_addresses": 2, "gcp_caches": 3, "gcp_clusters": 1, "gcp_databases": 3, "gcp_disks": 4,
        "gcp_forwarding_rules": 6, "gcp_images": 3, "gcp_instance_groups": 1, "gcp_instances": 3,
        "gcp_machine_types": 3, "gcp_snapshots": 3,
    }  # fmt: skip
    lengths = {name: {len(one.samples) for _, one in series} for name, series in taken.series.items()}
    assert lengths == {name: {HOURS} for name in METRICS}
    assert set(taken.rows) == set(TABLES)


def test_a_vm_is_named_as_the_bill_names_it(google: Google, waits: list[float]) -> None:
    vm = row(take(google, waits), "gcp_instances", "web")
    number = google.resources[PROJECT]["instances"][ZONE][0]["id"]
    assert vm["resource_id"] == f"{COMPUTE}/zones/europe-west1-b/instances/web"
    assert (vm["account_id"], vm["region"], vm["billed_as"]) == (PROJECT, "europe-west1", [number])
    assert vm["created_at"] == dt.datetime(2026, 1, 10, 8, 2, 3, 456000)
    assert vm["machine_type"] == "n2-standard-8" and vm["owner"] is None
    assert vm["disks"] == [f"{COMPUTE}/zones/europe-west1-b/disks/web"]


def test_vms_that_come_back_have_an_owner(google: Google, waits: list[float]) -> None:
    by = {"items": [{"key": "startup-script", "value": "hunter2"}, {"key": "created-by", "value": "projects/7/x/web"}]}
    add_vm(google, "member", metadata=by)
    add_vm(google, "node", labels={"goog-gke-node": ""})
    taken = take(google, waits)
    assert row(taken, "gcp_instances", "member")["owner"] == "projects/7/x/web"
    assert row(taken, "gcp_instances", "node")["owner"] == "goog-gke-node"
    assert row(taken, "gcp_disks", "lost")["owner"] == "kubernetes"
    assert "hunter2" not in str(taken.rows)


def test_what_is_measured_has_its_unit_and_hour(google: Google, waits: list[float]) -> None:
    taken = take(google, waits)
    first = {name: next(one.samples[0] for _, one in series) for name, series in taken.series.items()}
    assert {at for at, _ in first.values()} == {WINDOW.start}
    assert {name: round(value, 6) for name, (_, value) in first.items()} == {
        "gcp_cache_clients": 0, "gcp_database_connections": 0, "gcp_database_cpu": 10, "gcp_database_memory": 10,
        "gcp_disk_operations": 22, "gcp_disk_throughput": 2, "gcp_instance_cpu": 0.1, "gcp_instance_cpu_peak": 0.1,
        "gcp_instance_memory": 20, "gcp_instance_network": 14,
    }  # fmt: skip
    connections = {one.resource_id[-6:]: one.samples[0][1] for _, one in taken.series["gcp_database_connections"]}
    # the service's own connections to PostgreSQL are nobody's; MySQL has another metric
    assert connections == {"orders": 0, "/users": 3, "es/old": 3}


def test_what_stands_behind_a_rule_is_followed(google: Google, waits: list[float]) -> None:
    taken = take(google, waits)
    answers = {one["resource_id"].rpartition("/")[2]: one["has_backend"] for one in taken.rows["gcp_forwarding_rules"]}
    assert answers == {
        "inside": False, "outside": True, "pool": False, "tcp": False, "redirect": None, "attachment": None,
    }  # fmt: skip


def test_copies_know_whether_they_are_still_of_something(google: Google, waits: list[float]) -> None:
    taken = take(google, waits)
    there = {name: row(taken, "gcp_snapshots", name)["is_source_there"] for name in ("of-web", "of-gone", "of-far")}
    assert there == {"of-web": True, "of-gone": False, "of-far": False}
    used = {name: row(taken, "gcp_images", name)["is_used"] for name in ("build-1", "build-2", "base")}
    assert used == {"build-1": False, "build-2": False, "base": True}


def test_a_zone_out_of_reach_makes_its_region_incomplete_and_no_other(google: Google, waits: list[float]) -> None:
    google.unreachable = ["zones/us-east1-c"]
    taken = take(google, waits)
    assert taken.incomplete["gcp_disks"] == {("gcp", PROJECT, "us-east1"): "disks of us-east1-c could not be reached"}
    assert {one["resource_id"].rpartition("/")[2] for one in taken.rows["gcp_disks"]} == {"web", "batch", "old"}
    assert taken.incomplete["gcp_caches"] == {
        ("gcp", PROJECT, "us-east1"): "Redis instances of zones/us-east1-c could not be reached"
    }
    assert set(taken.incomplete["gcp_clusters"]) == {("gcp", PROJECT, "us-east1")}
    # a snapshot is global; whether its disk in that region is there is not known
    assert row(taken, "gcp_snapshots", "of-far")["is_source_there"] is None
    assert row(taken, "gcp_snapshots", "of-gone")["is_source_there"] is False
    assert row(taken, "gcp_images", "build-1")["is_used"] is None
    assert row(taken, "gcp_forwarding_rules", "inside")["has_backend"] is None


def test_a_warning_of_one_zone_makes_its_region_incomplete(google: Google, waits: list[float]) -> None:
    google.warnings["zones/us-east1-c", "disks"] = "UNREACHABLE"
    taken = take(google, waits)
    assert taken.incomplete["gcp_disks"] == {
        ("gcp", PROJECT, "us-east1"): "disks of zones/us-east1-c: Google warns of UNREACHABLE"
    }


def test_a_project_that_may_not_be_read_says_what_it_takes(google: Google, waits: list[float]) -> None:
    google.resources["closed-project"] = {}
    google.denied.add("closed-project")
    taken = take(google, waits, PROJECT, "closed-project")
    assert {account for gaps in taken.incomplete.values() for _, account, _ in gaps} == {"closed-project"}
    for table in TABLES:
        reason = taken.incomplete[table]["gcp", "closed-project", ""]
        assert any(f"lacks {one} on" in reason for one in find_tables()[table].permissions)
    assert len(taken.rows["gcp_instances"]) == 3


def test_a_service_that_is_not_enabled_is_named(google: Google, waits: list[float]) -> None:
    google.faults.append(Fault(403, "accessNotConfigured", where="/clusters", stays=True))
    (reason,) = take(google, waits).incomplete["gcp_clusters"].values()
    assert reason.startswith("container.googleapis.com is not enabled in the project of ")


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_google_asks(google: Google, waits: list[float], status: int) -> None:
    google.faults.append(Fault(status, "rateLimitExceeded", where="/addresses", headers={"retry-after": "7"}))
    taken = take(google, waits)
    assert not any(taken.incomplete.values()) and len(taken.rows["gcp_addresses"]) == 2
    assert max(waits) >= 7


def test_too_many_calls_by_403_are_made_again_too(google: Google, waits: list[float]) -> None:
    google.faults += [Fault(403, "rateLimitExceeded", where="/addresses")] * 2
    assert not any(take(google, waits).incomplete.values())
    assert len(waits) == 2


def test_it_gives_up_in_the_end(google: Google, waits: list[float]) -> None:
    google.faults.append(Fault(429, "rateLimitExceeded", where="/addresses", stays=True))
    (reason,) = take(google, waits).incomplete["gcp_addresses"].values()
    assert reason.startswith("Google throttles requests for compute.googleapis.com/compute/v1/")
    assert len([path for path, _, _ in google.calls if path.endswith("/addresses")]) == 3


def test_an_answer_that_breaks_off_is_asked_for_again(google: Google, waits: list[float]) -> None:
    google.faults.append(Fault(where="/global/snapshots?", cut_after=300))
    taken = take(google, waits)
    assert not any(taken.incomplete.values()) and len(taken.rows["gcp_snapshots"]) == 3


def test_half_an_answer_is_none(google: Google, waits: list[float]) -> None:
    google.faults.append(Fault(where="pageToken=2", cut_after=60, stays=True))
    taken = take(google, waits)
    for table in ("gcp_disks", "gcp_instances", "gcp_databases", "gcp_caches", "gcp_images"):
        ((scope, reason),) = taken.incomplete[table].items()
        assert scope == ("gcp", PROJECT, "") and taken.rows[table] == []
        assert "broke off" in reason or "cannot be reached" in reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>sign in</html>", "is no JSON"),
        (b"[1, 2]", "is no object"),
        (b'{"items": {"zones/europe-west1-b": {"addresses": [{"id": "1"}]}}}', "an answer lacks 'selfLink'"),
    ],
)
def test_an_answer_of_another_shape_is_said(google: Google, waits: list[float], body: bytes, reason: str) -> None:
    google.faults.append(Fault(where="/addresses", body=body, stays=True))
    taken = take(google, waits)
    (said,) = taken.incomplete["gcp_addresses"].values()
    assert reason in said and taken.rows["gcp_addresses"] == []
    assert len(taken.rows["gcp_disks"]) == 4


def test_pages_that_go_round_come_to_an_end(google: Google, waits: list[float]) -> None:
    google.faults.append(Fault(where="/addresses", body=b'{"items": {}, "nextPageToken": "again"}', stays=True))
    (reason,) = take(google, waits).incomplete["gcp_addresses"].values()
    assert "have no end" in reason


def test_what_monitoring_could_not_read_is_not_taken_for_all(google: Google, waits: list[float]) -> None:
    google.has_execution_errors = True
    taken = take(google, waits)
    assert {name for name, gaps in taken.incomplete.items() if gaps} == set(METRICS)
    assert all(not series for series in taken.series.values())


@pytest.mark.parametrize("name", [*TABLES, *METRICS])
def test_the_permissions_are_those_of_what_is_called_and_no_other(
    google: Google, waits: list[float], name: str
) -> None:
    part = find_tables().get(name) or find_metrics()[name]
    scope = GcpCloud(open_rest(google, waits), (PROJECT,)).open(PROJECT, "")
    if name in find_tables():
        list(find_tables()[name].read(scope))
    else:
        metric = find_metrics()[name]
        rows = [dict(one) for one in find_tables()[metric.table].read(scope)]
        google.calls.clear()
        assert list(metric.read(scope, rows, WINDOW))
    called = {
        permission.format(match[1])
        for path, _, _ in google.calls
        for pattern, permission in PERMISSIONS.items()
        if (match := re.fullmatch(pattern, path))
    }
    assert called == set(part.permissions)


def test_the_quota_is_that_of_the_project_that_is_named(google: Google, waits: list[float]) -> None:
    take(google, waits, access=GcpAccess(quota_project="billing-tools"))
    assert {headers.get("x-goog-user-project") for _, _, headers in google.calls} == {"billing-tools"}
    google.calls.clear()
    take(google, waits)
    assert {headers.get("x-goog-user-project") for _, _, headers in google.calls} == {None}


def test_a_demo_asks_this_machine_and_no_other(google: Google, waits: list[float]) -> None:
    assert not any(take(google, waits, is_confined=True).incomplete.values())
    for environ in ({}, {ENDPOINT_ENV: "https://compute.example.com"}):
        rest = GoogleRest(environ=environ, is_confined=True)
        taken = take_inventory([GcpCloud(rest, (PROJECT,))], GCP_CHECKS, WINDOW)
        (reason,) = taken.incomplete["gcp_instances"].values()
        assert "this is a demo's home" in reason and not taken.rows["gcp_instances"]


def test_without_a_credential_it_says_how_to_get_one(
    waits: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", ENDPOINT_ENV):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    taken = take_inventory([GcpCloud(GoogleRest(environ={}), (PROJECT,))], GCP_CHECKS, WINDOW)
    (reason,) = taken.incomplete["gcp_instances"].values()
    assert reason.startswith("no Google credential was found to read compute.googleapis.com/compute/v1/projects/shop-")
    assert "gcloud auth application-default login" in reason
