"""What a project of Google's shows beside its bill becomes findings of the plan, and what it does not, a reason."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clouds.google.rest import ENDPOINT_ENV
from tests.integration.savings.google_project import COMPUTE, PROJECT, fill
from tests.integration.savings.test_savings_command import Home
from tests.peers.google import Google
from tests.savings_bill import Bill

WEB = f"{COMPUTE}/zones/europe-west1-b/instances/web"
ORDERS = f"//cloudsql.googleapis.com/projects/{PROJECT}/instances/orders"


class GoogleHome(Home):
    """A home that may look into one project."""

    def let_act(self, role: str, scope: str) -> None:
        super().let_act(role, scope)
        with (self.folder / "cloudcost.yaml").open("a") as file:
            file.write(f"savings: {{inventory: {{gcp: {{projects: [{PROJECT}]}}}}}}\n")


def write_bill(google: Google) -> Bill:
    """What the project's VM, disk, snapshot and databases cost; VMs by name, disks by number, as Google does either."""
    bill = Bill("gcp")
    place: dict[str, Any] = {"sub_account_id": PROJECT, "region_id": "europe-west1"}
    bill.add(WEB, "N2 Instance Core running in Belgium", cost="6", **place)
    bill.add(WEB, "N2 Instance Ram running in Belgium", cost="3", **place)
    disk = google.resources[PROJECT]["disks"]["zones/europe-west1-b"][0]["id"]
    numbered = f"//compute.googleapis.com/projects/4415/zones/europe-west1-b/disk/{disk}"
    bill.add(numbered, "SSD backed PD Capacity in Belgium", cost="0.6", unit="gibibyte month", **place)
    snapshot = f"{COMPUTE}/global/snapshots/of-gone"
    bill.add(snapshot, "Storage PD Snapshot in Belgium", cost="0.1", unit="gibibyte month", **place)
    bill.add(ORDERS, "Cloud SQL for PostgreSQL: Zonal - vCPU in Belgium", cost="4", **place)
    bill.add(ORDERS, "Cloud SQL for PostgreSQL: Zonal - Standard storage in Belgium", cost="1", **place)
    return bill


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    with Google() as peer:
        fill(peer)
        monkeypatch.setenv(ENDPOINT_ENV, peer.url)
        yield peer


@pytest.fixture
def home(google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(tmp_path / "cloudcost.yaml"))
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    return GoogleHome(tmp_path, write_bill(google))


def test_findings_land_in_the_plan_and_add_up(home: Home, google: Google) -> None:
    found = home.rows("select check_name, resource_id, monthly_saving from ml.recommendations order by 1, 2")
    saved = {(check, resource.rpartition("/")[2]): saving for check, resource, saving in found}
    disk = google.resources[PROJECT]["disks"]["zones/europe-west1-b"][0]["id"]
    assert saved["idle_compute_instance", "web"] == Decimal(270)
    assert saved["machine_type_size", "web"] == Decimal("202.5")
    assert saved["idle_cloud_sql", "orders"] == Decimal(120)
    assert saved["oversized_cloud_sql", "orders"] == Decimal(90)
    assert saved["orphaned_disk_snapshot", "of-gone"] == Decimal(3)
    assert saved["pd_ssd_low_use", disk] == Decimal("7.398")
    # an idle VM that is deleted need not be made smaller
    planned = home.rows("select sum(planned_saving) from ml.recommendations")
    assert planned == [(Decimal("400.398"),)]
    kinds = home.rows("select distinct evidence_kind from ml.recommendations where check_name <> 'ha_nonprod'")
    assert ("inventory",) in kinds and not google.refused


def test_what_could_not_be_judged_is_said_with_its_reason(home: Home, google: Google) -> None:
    said = dict(home.rows("select check_name || ' ' || resource_id, reason from ml.unjudged_savings"))
    attachment = f"idle_forwarding_rule {COMPUTE}/global/forwardingRules/attachment"
    assert said[attachment] == "what stands behind it could not be followed"
    batch = f"idle_compute_instance {COMPUTE}/zones/europe-west1-b/instances/batch"
    assert said[batch] == "the bill of the last 30 days has no such cost of it"


def test_a_zone_out_of_reach_keeps_its_region_out_of_the_plan(home: Home, google: Google) -> None:
    google.unreachable = ["zones/europe-west1-c"]
    home.judge()
    found = {check for (check,) in home.rows("select check_name from ml.recommendations")}
    assert not found & {"idle_compute_instance", "machine_type_size", "pd_ssd_low_use", "idle_cloud_sql"}
    said = home.rows(
        "select distinct account_id, region, reason from ml.unjudged_savings where check_name = 'idle_compute_instance'"
    )
    assert said == [(PROJECT, "europe-west1", "gcp_instances: instances of europe-west1-c could not be reached")]
