"""Azure's and Google's advice on a bill of theirs, from the peers to the one total; and readers with a defect."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from cloudcost.analytics.savings import Judgement, find_savings, write_savings
from cloudcost.installation import Installation
from tests.advice_exports import RECOMMENDER_FIELDS, advisor_row, hub_files, hub_row, recommender_row, write_files
from tests.contract.one_more_file import one_more_file
from tests.integration.savings.test_advice import TODAY, make_bill, money
from tests.peers.arm import Arm
from tests.peers.bigquery import Server as BigQueryServer
from tests.savings_bill import Bill

FIRST, SECOND = (f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2))
BROKEN = """
from dataclasses import replace

from savings.checks.aws.aws_cost_optimization_hub import AWS_COST_OPTIMIZATION_HUB


def fail(*_):
    raise ZeroDivisionError("a defect")


ZZ_BROKEN = replace(AWS_COST_OPTIMIZATION_HUB, name="zz_broken", read=fail)
"""


def judge(folder: Path, bill: Bill | None, places: str) -> tuple[Installation, Judgement]:
    """A home with this bill whose savings are judged and written."""
    (folder / "home").mkdir(exist_ok=True)
    if bill is not None and not (folder / "home" / "warehouse.duckdb").exists():
        bill.write(folder / "home" / "warehouse.duckdb")
    text = f"sources: [{{name: any, location: exports}}]\nsavings:\n  advice:\n{places}"
    (folder / "cloudcost.yaml").write_text(text)
    installation = Installation(folder / "cloudcost.yaml", folder / "home", "cli")
    judgement = find_savings(installation, TODAY)
    write_savings(installation, judgement)
    return installation, judgement


def total(installation: Installation) -> Decimal:
    with installation.warehouse.connect(read_only=True) as connection:
        return Decimal(connection.execute("select sum(planned_saving) from ml.recommendations").fetchall()[0][0])


def test_advisor_is_priced_by_the_bill_and_each_subscription_stands_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine costs 3 a day where the list says 4: of 120 a year at list prices three quarters are saved, of another
    that is to be shut down all of it."""
    bill = Bill("azure")
    for machine, subscription in (("vm-1", FIRST), ("vm-2", FIRST), ("vm-3", SECOND)):
        place = (
            f"/subscriptions/{subscription}/resourcegroups/web/providers/microsoft.compute/virtualmachines/{machine}"
        )
        bill.add(place, "D4s v3", cost="3", list_cost=Decimal(4), sub_account_id=subscription, unit="Hours")
    off = advisor_row(FIRST, "vm-2")
    off["properties"]["extendedProperties"] |= {"recommendationType": "Shutdown", "targetSku": "Shutdown"}
    monkeypatch.setenv("TENANT", "11111111-0000-4000-8000-000000000000")
    monkeypatch.setenv("APPLICATION", "app")
    monkeypatch.setenv("SECRET", "right")
    with Arm(tmp_path) as arm:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(arm.certificate))
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", arm.url)
        arm.recommendations = {FIRST: [advisor_row(FIRST, "vm-1"), off], SECOND: [advisor_row(SECOND, "vm-3")]}
        access = "{tenant_id_env: TENANT, client_id_env: APPLICATION, client_secret_env: SECRET, management_url: "
        place = f"    - {{name: adv, provider: azure, subscriptions: [{FIRST}, {SECOND}], access: {{azure: "
        place += f"{access}'{arm.url}'}}}}}}\n"
        installation, judgement = judge(tmp_path, bill, place)
        found = {one.resource_id.rpartition("/")[2]: one for one in judgement.done.findings.recommendations}
        smaller = found["vm-1"].monthly_saving
        assert smaller == (Decimal(120) * 30 / 365 * 90 / 120).quantize(Decimal("1e-12"))
        assert found["vm-1"].confidence == "low" and "it states 120.00 USD a year" in found["vm-1"].reason
        assert found["vm-2"].monthly_saving == money("90") and found["vm-2"].lever == "delete"
        assert total(installation) == smaller * 2 + money("90")
        del arm.recommendations[SECOND]
        arm.recommendations[FIRST] = []
        judge(tmp_path, bill, place)
    with installation.warehouse.connect(read_only=True) as connection:
        query = "select right(resource_id, 4), status from ml.savings_history order by 1"
        rows = connection.execute(query).fetchall()
    assert rows == [("vm-1", "lapsed"), ("vm-2", "lapsed"), ("vm-3", "found")]


def test_google_advises_by_name_what_is_billed_by_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An idle disk of 60 and a machine of 90 that are called alike; the machine saves 73.27 of 120 at list prices."""
    zone = "//compute.googleapis.com/projects/4711/zones/us-east1-b"
    bill = Bill("gcp")
    for kind, meter, cost, listed in (("instance", "N1 Core", "3", "4"), ("disk", "PD", "2", "2")):
        bill.add(
            f"{zone}/{kind}/1", meter, cost=cost, list_cost=Decimal(listed), sub_account_id="my-project",
            unit="Hours" if kind == "instance" else "GB-Months", resource_name="web-1",
        )  # fmt: skip
    idle = recommender_row(
        name="idle", recommender="google.compute.disk.IdleResourceRecommender", recommender_subtype="DELETE_DISK",
        target_resources=["//compute.googleapis.com/projects/my-project/zones/us-east1-b/disks/web-1"],
    )  # fmt: skip
    with BigQueryServer() as server:
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", server.url)
        server.create_table("advice", "recommendations_export", RECOMMENDER_FIELDS)
        server.insert_rows("advice", "recommendations_export", [recommender_row(), idle], "2026-11-01T00:00:00Z")
        place = "    - {name: rec, provider: gcp, location: 'bigquery://p.advice.recommendations_export'}\n"
        installation, judgement = judge(tmp_path, bill, place)
    found = {one.resource_id: one for one in judgement.done.findings.recommendations}
    machine, disk = found[f"{zone}/instance/1"], found[f"{zone}/disk/1"]
    assert machine.monthly_saving == (Decimal("73.268972762") / 120 * 90).quantize(Decimal("1e-12"))
    assert machine.monthly_cost == money("90") and machine.confidence == "medium"
    assert disk.monthly_saving == disk.monthly_cost == money("60") and disk.component == "storage"
    assert json.loads(machine.evidence)["native_id"].endswith("/recommendations/1")
    assert total(installation) == machine.monthly_saving + money("60")


def test_a_reader_with_a_defect_costs_nobody_elses_findings(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    write_files(tmp_path / "advice", hub_files(hub_row()))
    place = "    - {name: hub, provider: aws, location: advice}\n"
    with one_more_file("savings.checks.aws", "zz_broken", BROKEN, tmp_path / "more"):
        _, judgement = judge(tmp_path, make_bill(), place)
    assert judgement.done.failed["zz_broken"] == "the check failed: ZeroDivisionError: a defect"
    assert "gp2_to_gp3" in {one.check_name for one in judgement.done.findings.recommendations}
    (left,) = [one for one in judgement.done.findings.skipped if one.check_name == "zz_broken"]
    assert left.reason == "savings.advice hub: the check failed: ZeroDivisionError: a defect" and not left.resource_id


def test_without_a_bill_nothing_is_priced_and_that_is_said(tmp_path: Path) -> None:
    write_files(tmp_path / "advice", hub_files(hub_row()))
    _, judgement = judge(tmp_path, None, "    - {name: hub, provider: aws, location: advice}\n")
    found = judgement.done.findings
    assert [one for one in found.recommendations if one.evidence_kind == "advice"] == []
    assert [one.reason for one in found.skipped if one.check_name == "aws_cost_optimization_hub"] == [
        "there is no usage of a whole day yet"
    ]
