import inspect
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from savings.check import VolumeCheck
from savings.checks.aws.unattached_volume import UnattachedVolumeSettings, find_unattached_volumes
from savings.findings import Findings
from savings.registry import CHECKS

TODAY = date(2025, 6, 30)


def make_volume(**fields: Any) -> dict[str, Any]:
    return {
        "provider": "aws",
        "account_id": "111",
        "region": "eu-west-1",
        "volume_id": "vol-1",
        "state": "available",
        "size_gb": 100,
        "volume_type": "gp3",
        "created_at": datetime(2025, 1, 1, tzinfo=UTC),
        "attachments": [],
        "tags": {"team": "shop"},
    } | fields


def make_cost(**fields: Any) -> dict[str, Any]:
    return {
        "resource_id": "vol-1",
        "effective_cost": Decimal("8.00"),
        "billing_currency": "USD",
        "days_seen": 30,
        "source_name": "aws_prod",
        "billing_period": date(2025, 6, 1),
    } | fields


def judge(volume: dict[str, Any], *costs: dict[str, Any], **settings: Any) -> Findings:
    return find_unattached_volumes([volume], list(costs or [make_cost()]), TODAY, UnattachedVolumeSettings(**settings))


def test_an_unattached_volume_is_recommended_with_its_billed_money() -> None:
    found = judge(make_volume())
    assert not found.skipped
    (one,) = found.recommendations
    assert (one.check_name, one.remediation, one.risk_class) == (
        "unattached_volume",
        "delete_unattached_volume",
        "restorable",
    )
    assert (one.resource_id, one.account_id, one.region, one.created_on) == ("vol-1", "111", "eu-west-1", TODAY)
    assert (one.monthly_saving, one.billing_currency) == (Decimal("8"), "USD")
    evidence = json.loads(one.evidence)
    assert (evidence["age_days"], evidence["billed_cost_30_days"], evidence["billed_days"]) == (180, "8.00", 30)


@pytest.mark.parametrize(
    ("cost", "saving"),
    [
        ({"effective_cost": Decimal("2"), "days_seen": 10}, "6"),
        ({"effective_cost": Decimal("1"), "days_seen": 7}, "4.285714285714"),
        ({"effective_cost": Decimal("3.1"), "days_seen": 31}, "3"),
        ({"resource_id": "arn:aws:ec2:eu-west-1:111:volume/vol-1"}, "8"),
        ({"resource_id": "VOL-1"}, "8"),
    ],
)
def test_the_saving_is_thirty_billed_days(cost: dict[str, Any], saving: str) -> None:
    (one,) = judge(make_volume(), make_cost(**cost)).recommendations
    assert one.monthly_saving == Decimal(saving)


@pytest.mark.parametrize(
    ("volume", "cost", "settings", "reason"),
    [
        ({"state": "error"}, {}, {}, "unknown state 'error'"),
        ({"state": None}, {}, {}, "does not say its state"),
        ({"account_id": ""}, {}, {}, "does not say its account_id"),
        ({"provider": "oracle"}, {}, {}, "unknown provider"),
        ({"attachments": None}, {}, {}, "attachments are not known"),
        ({"attachments": ["i-1"]}, {}, {}, "yet it has 1 attachment"),
        ({"created_at": datetime(2025, 6, 24, tzinfo=UTC)}, {}, {}, "6 day(s) old, 7 are needed"),
        ({"created_at": "yesterday"}, {}, {}, "cannot be read"),
        ({"created_at": None}, {}, {}, "cannot be read"),
        ({"tags": None}, {}, {}, "tags are not known"),
        ({"tags": {"Keep": ""}}, {}, {}, "protected by its tag Keep="),
        ({"tags": {"hold": "yes"}}, {}, {"protected_tags": ["Hold"]}, "protected by its tag hold=yes"),
        ({}, {"resource_id": "vol-2"}, {}, "no billed cost"),
        ({}, {"effective_cost": Decimal(0)}, {}, "billed cost is 0 USD"),
        ({}, {"effective_cost": Decimal("-1")}, {}, "billed cost is -1 USD"),
        ({}, {"effective_cost": Decimal("NaN")}, {}, "cannot be read"),
        ({}, {"effective_cost": 8.0}, {}, "cannot be read"),
        ({}, {"effective_cost": None}, {}, "cannot be read"),
        ({}, {"days_seen": 6}, {}, "billed on 6 days"),
        ({}, {"days_seen": 60}, {}, "billed on 60 days"),
        ({}, {"billing_currency": None}, {}, "one is needed"),
        ({}, {}, {"incomplete_scopes": [("aws", "111", "eu-west-1")]}, "not read completely"),
    ],
)
def test_whatever_is_not_known_is_skipped_with_its_reason(
    volume: dict[str, Any], cost: dict[str, Any], settings: dict[str, Any], reason: str
) -> None:
    found = judge(make_volume(**volume), make_cost(**cost), **settings)
    assert not found.recommendations
    (one,) = found.skipped
    assert reason in one.reason
    assert one.resource_id == "vol-1"


def test_two_currencies_or_two_resources_are_skipped() -> None:
    assert "['EUR', 'USD']" in judge(make_volume(), make_cost(), make_cost(billing_currency="EUR")).skipped[0].reason
    both = judge(make_volume(), make_cost(), make_cost(resource_id="projects/p/vol-1"))
    assert "several resources" in both.skipped[0].reason


def test_a_volume_listed_twice_is_skipped_twice() -> None:
    found = find_unattached_volumes([make_volume(), make_volume(state="in-use")], [make_cost()], TODAY)
    assert not found.recommendations
    assert [one.reason for one in found.skipped] == ["its id is more than once in the inventory"] * 2


@pytest.mark.parametrize(
    ("inventory", "costs", "reason"),
    [
        (None, [make_cost()], "could not be read"),
        ([], [make_cost()], "is empty"),
        ([make_volume()], None, "costs of volumes could not be read"),
    ],
)
def test_a_missing_input_says_so(inventory: Any, costs: Any, reason: str) -> None:
    found = find_unattached_volumes(inventory, costs, TODAY)
    assert not found.recommendations
    assert reason in found.skipped[0].reason


@pytest.mark.parametrize(
    "volume",
    [
        {"state": "in-use", "attachments": ["i-1"]},
        {"provider": "azure", "state": "Attached", "attachments": ["vm"]},
        {"provider": "gcp", "state": "READY", "attachments": ["vm"]},
    ],
)
def test_volumes_in_use_are_not_mentioned(volume: dict[str, Any]) -> None:
    assert judge(make_volume(**volume)) == Findings([], [])


@pytest.mark.parametrize(("provider", "state"), [("azure", "Unattached"), ("gcp", "READY")])
def test_other_providers_words_are_known(provider: str, state: str) -> None:
    assert len(judge(make_volume(provider=provider, state=state)).recommendations) == 1


def test_a_protecting_tag_that_says_no_protects_nothing() -> None:
    assert len(judge(make_volume(tags={"keep": "False"})).recommendations) == 1


def test_the_id_is_the_same_on_every_day_and_for_every_order() -> None:
    volumes = [make_volume(), make_volume(volume_id="vol-2")]
    costs = [make_cost(), make_cost(resource_id="vol-2")]
    first = find_unattached_volumes(volumes, costs, TODAY).recommendations
    second = find_unattached_volumes(volumes[::-1], costs[::-1], date(2025, 7, 3)).recommendations
    assert [one.recommendation_id for one in first] == [one.recommendation_id for one in second]
    assert len({one.recommendation_id for one in first}) == 2


@pytest.mark.parametrize("name", [name for name, check in CHECKS.items() if isinstance(check, VolumeCheck)])
def test_every_check_of_inventory_keeps_the_contract(name: str) -> None:
    check = CHECKS[name]
    assert isinstance(check, VolumeCheck)
    assert check.name == name and check.remediation
    assert check.risk_class in ("reversible", "restorable", "compensable", "one_way")
    assert check.required_inputs and all(check.required_inputs.values())
    parameters = inspect.signature(check.run).parameters
    assert {*check.required_inputs, "as_of"} <= set(parameters)
    # without its inputs a check finds nothing and says why
    found = check.run(**dict.fromkeys(check.required_inputs), as_of=TODAY)
    assert not found.recommendations and all(one.reason and one.check_name == name for one in found.skipped)
    assert found.skipped
