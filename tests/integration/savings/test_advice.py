"""A home with a bill and places where providers advise: one list, one total, nothing counted twice."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cli.commands.check import check_sources
from cloudcost.analytics.savings import find_savings, write_savings
from cloudcost.installation import Installation
from core.errors import FAILED, OK
from core.instants import utc_now
from savings.findings import Recommendation, Skipped
from tests.advice_exports import hub_files, hub_row, write_files
from tests.integration.locations.conftest import FOCUS, ROW
from tests.savings_bill import LAST_DAY, Bill

HUB = "aws_cost_optimization_hub"
TODAY = LAST_DAY + dt.timedelta(days=2)
#: 62 days of a machine at 3 USD a day, of a gp2 volume of 100 GB at 10 USD a month, and of another machine.
GB = Decimal(100) / 31
ARN = "arn:aws:ec2:region-1:account-1"
EC2: dict[str, Any] = {"service_name": "EC2", "x_service_code": "AmazonEC2"}


def make_bill() -> Bill:
    bill = Bill()
    bill.add("i-web", "BoxUsage:m5.large", cost="3", quantity="24", x_instance_type="m5.large", **EC2)
    bill.add("i-web", "DataTransfer-Out-Bytes", cost="1", quantity="10", unit="GB", **EC2)
    bill.add("vol-1", "EBS:VolumeUsage.gp2", cost=GB / 10, quantity=GB, unit="GB-Months", **EC2)
    return bill


class Home:
    """A home with this bill and an export of the Hub in the folder ``advice`` beside its configuration."""

    def __init__(self, folder: Path, *rows: dict[str, Any], bill: Bill | None = None, more: str = "") -> None:
        self.folder = folder
        (folder / "home").mkdir(parents=True)
        self.configure(more)
        (bill or make_bill()).write(folder / "home" / "warehouse.duckdb")
        write_files(folder / "advice", hub_files(*rows))

    def configure(self, more: str = "") -> None:
        """Write the configuration; ``more``: beside the place of advice."""
        (self.folder / "cloudcost.yaml").write_text(
            "sources: [{name: aws, provider: aws, location: exports}]\n"
            "savings:\n  advice: [{name: hub, provider: aws, location: advice}]\n" + more
        )

    @property
    def installation(self) -> Installation:
        return Installation(self.folder / "cloudcost.yaml", self.folder / "home", "cli")

    def judge(self) -> tuple[dict[str, Recommendation], list[Skipped]]:
        """The findings by check, resource and lever, and what was not judged of advice; both are written as well."""
        judgement = find_savings(self.installation, TODAY)
        write_savings(self.installation, judgement)
        found = judgement.done.findings
        by_name = {f"{one.check_name} {one.resource_id} {one.lever}": one for one in found.recommendations}
        assert len(by_name) == len(found.recommendations)
        return by_name, [one for one in found.skipped if one.check_name == HUB]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.installation.warehouse.connect(read_only=True) as connection:
            found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
        return found


def money(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("1e-12"))


def test_advice_stands_beside_what_checks_find_at_the_price_of_the_bill(tmp_path: Path) -> None:
    """AWS says 40 of 80; the machine costs 90 in 30 days here, so 45 are saved. Its traffic is not a part of it."""
    home = Home(tmp_path, hub_row())
    found, skipped = home.judge()
    assert skipped == []
    advised = found[f"{HUB} i-web rightsize"]
    assert advised.monthly_cost == money("90") and advised.monthly_saving == money("45")
    assert (advised.lever, advised.component, advised.effort) == ("rightsize", "compute", "medium")
    assert advised.evidence_kind == "advice" and advised.source_name == "aws"
    evidence = json.loads(advised.evidence)
    assert evidence["native_currency"] == "USD" and evidence["read_from"].endswith("coh-00001.csv.gz, row 1")
    assert (evidence["native_saving"], evidence["native_cost"], evidence["native_period"]) == (
        "40.0",
        "80.0",
        "a month",
    )
    assert "it saves 45.00 of 90.00 USD in 30 days; it states 40.00 of 80.00 USD a month" in advised.reason
    assert "gp2_to_gp3 vol-1 migrate" in found
    (planned,) = home.rows(f"select planned_saving from ml.recommendations where check_name = '{HUB}'")
    assert planned[0] == money("45")


def test_advice_that_a_check_found_too_is_noted_on_its_finding_and_counted_once(tmp_path: Path) -> None:
    """The volume is advised as gp3, with a share of the cost that is not ours; the machine is advised twice."""
    volume = hub_row(
        recommendation_id="v", resource_arn=f"{ARN}:volume/VOL-1", action_type="Upgrade",
        current_resource_type="EbsVolume", recommended_resource_summary="gp3",
        estimated_monthly_cost_after_discount="10", estimated_monthly_savings_after_discount="9",
    )  # fmt: skip
    smaller = hub_row()
    arm = hub_row(recommendation_id="g", action_type="MigrateToGraviton", recommended_resource_summary="m7g.large",
                  estimated_monthly_savings_after_discount="20")  # fmt: skip
    home = Home(tmp_path, volume, smaller, arm)
    found, _ = home.judge()
    # one finding of our own stays as it is without advice, and no second on the volume
    own = found["gp2_to_gp3 vol-1 migrate"]
    plain = Home(tmp_path / "plain").judge()[0]["gp2_to_gp3 vol-1 migrate"]
    assert (own.monthly_saving, own.recommendation_id) == (plain.monthly_saving, plain.recommendation_id)
    (note,) = json.loads(own.evidence)["also_advised_by"]
    assert note["native_target"] == "gp3" and note["check_name"] == HUB
    assert own.reason == f"{plain.reason}; AWS Cost Optimization Hub advises it too"
    assert {name for name in found if name.startswith(HUB)} == {f"{HUB} i-web rightsize", f"{HUB} i-web migrate"}
    # half of 90 by a smaller machine, a quarter of the rest by another processor
    rows = home.rows("select resource_id, sum(planned_saving) from ml.recommendations group by 1")
    assert dict(rows)["i-web"] == money("56.25") and dict(rows)["vol-1"] == own.monthly_saving


def test_a_commitment_that_is_advised_adds_nothing_to_our_own_purchase(tmp_path: Path) -> None:
    """AWS advises two plans for the usage that coverable_on_demand knows, and reserved caches that it has none of."""
    plan = {
        "action_type": "PurchaseSavingsPlans", "current_resource_type": "ComputeSavingsPlans", "resource_arn": "",
        "estimated_monthly_savings_after_discount": "500", "estimated_monthly_cost_after_discount": "1000",
    }  # fmt: skip
    reserved = {"action_type": "PurchaseReservedInstances", "current_resource_type": "ElastiCacheReservedInstances"}
    rows = [
        hub_row(recommendation_id="1", **plan),
        hub_row(**plan | {"account_id": "payer", "current_resource_type": "Ec2InstanceSavingsPlans"}),
        hub_row(recommendation_id="3", **plan | reserved),
    ]
    home = Home(tmp_path, *rows, more="  disabled_checks: [gp2_to_gp3]\n")
    found, skipped = home.judge()
    assert skipped == []
    (own,) = [one for name, one in found.items() if name.startswith("coverable_on_demand")]
    notes = json.loads(own.evidence)["also_advised_by"]
    assert [one["native_type"] for one in notes] == ["ComputeSavingsPlans", "Ec2InstanceSavingsPlans"]
    (cache,) = [one for name, one in found.items() if name.startswith(HUB)]
    assert cache.monthly_saving is None and cache.confidence == "low" and "coverable_on_demand" in cache.reason
    plain = Home(tmp_path / "plain", more="  disabled_checks: [gp2_to_gp3]\n")
    plain.judge()
    total = "select billing_currency, sum(planned_saving) from ml.recommendations group by 1"
    assert home.rows(total) == plain.rows(total)
    assert own.monthly_saving is not None and home.rows(total) == [("USD", own.monthly_saving)]


def test_what_cannot_be_priced_is_shown_without_an_amount(tmp_path: Path) -> None:
    home = Home(
        tmp_path,
        hub_row(recommendation_id="new", action_type="Hibernate"),
        hub_row(recommendation_id="gone", resource_arn="arn:aws:ec2:region-1:account-1:instance/i-gone"),
        hub_row(
            recommendation_id="disk", action_type="Stop", resource_arn="arn:aws:ec2:region-1:account-1:volume/vol-1"
        ),
    )
    found, skipped = home.judge()
    assert skipped == []
    unknown = found[f"{HUB} i-web none"]
    assert unknown.monthly_saving is None and unknown.monthly_cost == money("120") and unknown.risk_class == "none"
    assert "advice of this kind (Hibernate) is not known here" in unknown.reason
    gone = found[f"{HUB} {ARN}:instance/i-gone rightsize"]
    assert gone.monthly_saving is None and gone.monthly_cost == 0 and gone.confidence == "low"
    assert "the bill does not have it, or no more" in gone.reason and "states 40.00 of 80.00" in gone.reason
    # a stopped machine saves its hours; what is stored costs on
    assert "no cost of its compute" in found[f"{HUB} vol-1 delete"].reason
    (planned,) = home.rows(f"select sum(planned_saving) from ml.recommendations where check_name = '{HUB}'")
    assert planned[0] == 0


def test_a_place_that_cannot_be_read_gives_nothing_and_nothing_lapses(tmp_path: Path) -> None:
    home = Home(tmp_path, hub_row(), hub_row(recommendation_id="v", resource_arn="i-other"))
    home.judge()
    status = f"select resource_id, status from ml.savings_history where check_name = '{HUB}' order by 1"
    assert home.rows(status) == []
    # one row is broken: its own finding is kept, the other goes on
    write_files(tmp_path / "advice", hub_files(hub_row(restart_needed="perhaps"), day="2026-11-02"))
    found, skipped = home.judge()
    assert not [name for name in found if name.startswith(HUB)]
    assert [(one.account_id, one.resource_id, one.reason) for one in skipped] == [
        ("account-1", "i-web", "savings.advice hub: coh/data/date=2026-11-02/coh-00001.csv.gz, row 1: "
         "restart_needed is 'perhaps', which is neither true nor false")
    ]  # fmt: skip
    assert home.rows(status) == [("i-other", "lapsed"), ("i-web", "found")]
    # the file is cut off: nothing is known
    key = "coh/data/date=2026-11-02/coh-00001.csv.gz"
    (tmp_path / "advice" / key).write_bytes(hub_files(hub_row(), day="2026-11-02")[key][:-20])
    found, skipped = home.judge()
    assert not [name for name in found if name.startswith(HUB)]
    assert [(one.account_id, one.resource_id) for one in skipped] == [("", "")] and key in skipped[0].reason
    assert ("i-web", "found") in home.rows(status)
    # read again, nothing is advised any more
    write_files(tmp_path / "advice", hub_files(day="2026-11-03"))
    assert home.judge()[1] == []
    assert home.rows(status) == [("i-other", "lapsed"), ("i-web", "lapsed")]


def test_the_check_command_tries_every_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "focus.csv").write_text(f"{FOCUS}\n{ROW}\n")
    new = hub_row(last_refresh_timestamp=utc_now().isoformat())
    home = Home(tmp_path, new, hub_row(recommendation_id="b", account_id=""))
    text = (tmp_path / "cloudcost.yaml").read_text().replace("provider: aws, location: exports", "location: exports")
    (tmp_path / "cloudcost.yaml").write_text(text)
    assert check_sources(home.installation) == OK
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "advice hub" in line]
    assert line == (
        "  savings: advice hub: 1 advised; 1 not taken, the first: coh/data/date=2026-11-01/coh-00001.csv.gz, row 2: "
        "account_id is empty, which every row has"
    )
    (tmp_path / "cloudcost.yaml").write_text(text.replace("location: advice", "location: nowhere"))
    assert check_sources(home.installation) == FAILED
    assert f"savings: advice hub: {tmp_path}/nowhere does not exist" in capsys.readouterr().out


@pytest.mark.parametrize("more", ["", "  disabled_checks: [aws_cost_optimization_hub]\n"])
def test_a_place_is_not_read_where_its_check_is_disabled(tmp_path: Path, more: str) -> None:
    home = Home(tmp_path, hub_row(), more=more)
    found, _ = home.judge()
    assert (f"{HUB} i-web rightsize" in found) == (not more)
