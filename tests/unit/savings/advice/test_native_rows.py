"""Rows of the three providers in our words, and those that are none."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from savings.advice import aws_hub, azure_advisor, gcp_recommender
from savings.advice.advice import UNKNOWN, Kind, Reading
from savings.advice.cells import Cells
from tests.advice_exports import advisor_row, hub_row, recommender_row

SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"


def read_hub(*rows: dict[str, Any]) -> Reading:
    return aws_hub.read_all(Cells(f"f, row {number}", row) for number, row in enumerate(rows, start=1))


def read_recommender(*rows: dict[str, Any]) -> Reading:
    return gcp_recommender.read_all(Cells(f"t, row {number}", row) for number, row in enumerate(rows, start=1))


def read_advisor(*rows: Any) -> Reading:
    return azure_advisor.read_all(SUBSCRIPTION, rows)


@pytest.mark.parametrize(
    ("action", "native_type", "kind", "risk"),
    [
        ("Rightsize", "Ec2Instance", Kind("rightsize", "compute"), "reversible"),
        ("Stop", "Ec2Instance", Kind("delete", "compute"), "reversible"),
        ("Delete", "Ec2Instance", Kind("delete", "all"), "one_way"),
        ("Delete", "EbsVolume", Kind("delete", "all"), "one_way"),
        ("Upgrade", "EbsVolume", Kind("migrate", "storage"), "reversible"),
        ("MigrateToGraviton", "RdsDbInstance", Kind("migrate", "compute"), "reversible"),
        ("Rightsize", "RdsDbInstanceStorage", Kind("rightsize", "storage"), "reversible"),
        ("Upgrade", "AuroraDbClusterStorage", Kind("setting", "storage"), "reversible"),
        ("ScaleIn", "Ec2AutoScalingGroup", Kind("rightsize", "compute"), "reversible"),
        ("PurchaseSavingsPlans", "ComputeSavingsPlans", Kind("commit", "compute"), "one_way"),
        ("Hibernate", "Ec2Instance", UNKNOWN, "none"),
        ("Rightsize", "QuantumTask", UNKNOWN, "none"),
    ],
)
def test_what_the_hub_advises_is_said_in_our_words(action: str, native_type: str, kind: Kind, risk: str) -> None:
    (one,) = read_hub(hub_row(action_type=action, current_resource_type=native_type)).advice
    assert (one.kind, one.risk_class, one.words) == (kind, risk, f"{action} {native_type}")


def test_every_action_and_type_that_the_hub_has_is_known() -> None:
    """The API's own model: a new one shows here first."""
    import gzip
    import json
    from pathlib import Path

    import botocore

    folder = Path(botocore.__file__).parent / "data" / "cost-optimization-hub"
    (model,) = folder.glob("*/service-2.json.gz")
    shapes = json.loads(gzip.decompress(model.read_bytes()))["shapes"]
    assert set(shapes["ActionType"]["enum"]) == aws_hub.LEVERS.keys() | aws_hub.PURCHASES
    assert set(shapes["ImplementationEffort"]["enum"]) == aws_hub.EFFORTS.keys()
    bought = {name for name in shapes["ResourceType"]["enum"] if "SavingsPlans" in name or "Reserved" in name}
    assert set(shapes["ResourceType"]["enum"]) - bought == aws_hub.PARTS.keys()


def test_a_row_that_cannot_be_read_costs_the_others_nothing() -> None:
    found = read_hub(
        hub_row(recommendation_id="1"),
        hub_row(recommendation_id="2", estimated_monthly_cost_after_discount="many"),
        hub_row(recommendation_id="3", account_id=""),
        hub_row(recommendation_id="4", currency_code="QQQ"),
        hub_row(recommendation_id="1"),
        {},
    )
    assert [one.native_id for one in found.advice] == ["1"]
    assert [(one.account_id, one.resource_id[-5:], one.reason) for one in found.left] == [
        ("account-1", "i-web", "f, row 2: estimated_monthly_cost_after_discount is 'many', which is no amount"),
        ("", "i-web", "f, row 3: account_id is empty, which every row has"),
        ("account-1", "i-web", "f, row 4: currency_code is 'QQQ', which is no currency"),
        ("", "row 6", "f, row 6: action_type is empty, which every row has"),
    ]
    assert not any(one.is_all for one in found.left)


def test_what_a_commitment_covers_is_a_share_of_the_price_before_discounts() -> None:
    covered = {"estimated_monthly_cost_after_discount": "0", "estimated_monthly_savings_after_discount": "0"}
    (one,) = read_hub(hub_row(**covered)).advice
    assert one.share == Decimal("0.5"), "50 of 100 before"
    (odd,) = read_hub(hub_row(**covered | {"estimated_monthly_savings_before_discount": "101"})).advice
    assert odd.share is None, "more than it costs"


@pytest.mark.parametrize(
    ("cost", "saving"),
    [
        ({"units": -1, "nanos": -750_000_000}, "1.75"),
        ({"units": 0, "nanos": -5}, "5e-9"),
        ({"units": None, "nanos": -135_483_871}, "0.135483871"),
    ],
)
def test_google_money_is_units_and_billionths(cost: dict[str, Any], saving: str) -> None:
    row = recommender_row()
    row["primary_impact"]["cost_projection"]["cost"] = {"currency_code": "USD"} | cost
    (one,) = read_recommender(row).advice
    assert one.saving == Decimal(saving)


def test_google_amounts_are_of_their_own_time_and_in_the_customers_currency() -> None:
    row = recommender_row()
    projection = row["primary_impact"]["cost_projection"]
    projection["duration"]["seconds"] = 86_400
    projection["cost_in_local_currency"] = {"currency_code": "EUR", "units": -2, "nanos": 0}
    projection["pricing_type_name"] = "CUSTOM"
    (one,) = read_recommender(row).advice
    assert (one.saving, one.currency, one.saving_in_30_days, one.basis) == (Decimal(2), "EUR", Decimal(60), "own")


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("cost.nanos", 2_000_000_000, "no billionths of an amount"),
        ("cost.nanos", 5, "no billionths of an amount"),
        ("cost.units", 1.5, "no whole number"),
        ("cost.currency_code", "dollars", "no currency"),
        ("duration.seconds", 0, "no time that the amount is of"),
        ("duration.seconds", None, "no time that the amount is of"),
    ],
)
def test_odd_money_of_google_is_not_taken(path: str, value: Any, said: str) -> None:
    row = copy.deepcopy(recommender_row())
    part, name = path.split(".")
    row["primary_impact"]["cost_projection"][part][name] = value
    found = read_recommender(row)
    assert found.advice == [] and said in found.left[0].reason
    assert found.left[0].resource_id.endswith("/instances/web-1") and found.left[0].account_id == "my-project"


def test_google_advice_is_about_what_there_is_already() -> None:
    disk = "//compute.googleapis.com/projects/p-1/zones/europe-west1-d/disks/data"
    (one,) = read_recommender(
        recommender_row(
            recommender="google.compute.disk.IdleResourceRecommender", recommender_subtype="SNAPSHOT_AND_DELETE_DISK",
            target_resources=[disk, "//compute.googleapis.com/projects/p-1/global/snapshots/$snapshot-name"],
        )
    ).advice  # fmt: skip
    assert (one.resource_id, one.account_id, one.kind) == (disk, "p-1", Kind("delete", "storage"))
    assert not one.saves_all and one.risk_class == "restorable", "the snapshot costs something"
    (several,) = read_recommender(recommender_row(target_resources=[disk, disk.replace("data", "logs")])).advice
    assert several.resource_id == "" and len(several.other_resources) == 2
    (new,) = read_recommender(recommender_row(recommender="google.quantum.Recommender")).advice
    assert new.kind == UNKNOWN and new.account_id == "my-project"


def extended(**values: Any) -> dict[str, Any]:
    plain = advisor_row(SUBSCRIPTION, "vm")["properties"]["extendedProperties"]
    return {"extendedProperties": plain | values}


def test_advisor_says_what_is_to_be_done_with_a_machine_of_little_use() -> None:
    smaller = advisor_row(SUBSCRIPTION, "vm-1")
    off = advisor_row(SUBSCRIPTION, "vm-2", **extended(recommendationType="Shutdown", targetSku="Shutdown"))
    neither = advisor_row(SUBSCRIPTION, "vm-3", **extended(recommendationType="", targetSku=""))
    found = read_advisor(smaller, off, neither).advice
    assert [one.kind for one in found] == [Kind("rightsize", "compute"), Kind("delete", "compute"), UNKNOWN]
    assert [one.saves_all for one in found] == [False, True, False]
    assert found[0].saving == Decimal(120) and found[0].period.words == "a year" and found[0].look_back_days == 7
    assert round(found[0].saving_in_30_days or 0, 6) == Decimal("9.863014")
    monthly = advisor_row(SUBSCRIPTION, "vm-4", **extended(savingsAmount="10"))
    assert read_advisor(monthly).advice[0].saving == Decimal(10)


def test_what_was_decided_in_azure_is_not_advised_again() -> None:
    rows = [
        advisor_row(SUBSCRIPTION, "vm-1", recommendationStatus="Dismissed"),
        advisor_row(SUBSCRIPTION, "vm-2", suppressionIds=["1"]),
        advisor_row(SUBSCRIPTION, "vm-3", recommendationStatus="New", suppressionIds=[]),
        advisor_row(SUBSCRIPTION, "vm-4", category="Performance"),
    ]
    found = read_advisor(*rows)
    assert [one.resource_id[-4:] for one in found.advice] == ["vm-3"] and found.left == []


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (7, "is no record"),
        ({"properties": {"category": "Cost"}}, "recommendationTypeId is empty"),
        (advisor_row(SUBSCRIPTION, "vm", **extended(annualSavingsAmount="a lot")), "is 'a lot', which is no amount"),
        (advisor_row(SUBSCRIPTION, "vm", **extended(savingsCurrency="")), "savingsCurrency is empty"),
        (advisor_row(SUBSCRIPTION, "vm", extendedProperties=[1]), "is [1], which is no record"),
        (advisor_row(SUBSCRIPTION, "vm", lastUpdated="soon"), "is 'soon', which is no moment"),
    ],
)
def test_an_odd_recommendation_costs_the_others_nothing(item: Any, said: str) -> None:
    found = read_advisor(item, advisor_row(SUBSCRIPTION, "vm-other"))
    assert [one.resource_id[-8:] for one in found.advice] == ["vm-other"]
    (left,) = found.left
    assert said in left.reason and left.account_id == SUBSCRIPTION and left.resource_id


def test_a_reservation_is_about_usage_of_the_subscription() -> None:
    row = advisor_row(
        SUBSCRIPTION, "x", recommendationTypeId="84B1A508-FC21-49DA-979E-96894F1665DF",
        resourceMetadata={"resourceId": f"/subscriptions/{SUBSCRIPTION}"}, **extended(term="P3Y", qty="2"),
    )  # fmt: skip
    (one,) = read_advisor(row).advice
    assert (one.kind, one.resource_id, one.pools) == (Kind("commit", "compute"), "", ("compute",))
    assert "P3Y" in one.target
