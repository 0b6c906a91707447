"""Findings that nobody here acted on: what the bill shows of their resource, and what is no change of it."""

import datetime as dt
from decimal import Decimal

import pytest

from savings.realised.closings import Closing
from savings.realised.summary import add_up_realised
from tests.realised_bill import CHANGED, Desk, closing, day, only, step

D = Decimal


def test_a_resource_that_is_gone_is_noticed() -> None:
    row = only(Desk().bill(step(5, 0)).judge(closing(saving="150")))
    assert (row["change_kind"], row["changed_on"], row["verdict"]) == ("vanished", CHANGED, "saved")
    assert row["realised_saving"] == D(150)


def test_usage_that_moved_to_another_meter_is_noticed() -> None:
    desk = Desk().bill(step(5, 0), meter="EBS:VolumeUsage.gp2").bill(step(0, 4), meter="EBS:VolumeUsage.gp3")
    row = only(desk.judge(closing(saving="30")))
    assert (row["change_kind"], row["changed_on"], row["verdict"]) == ("meter_changed", CHANGED, "saved")
    assert row["realised_saving"] == D(30)


def test_a_new_meter_that_costs_more_has_saved_nothing() -> None:
    desk = Desk().bill(step(5, 0), meter="m5.large").bill(step(0, 6), meter="m7.large")
    row = only(desk.judge())
    assert (row["change_kind"], row["verdict"], row["realised_saving"]) == ("meter_changed", "not_saved", D(-30))


def test_fewer_hours_of_the_same_meter_are_noticed() -> None:
    desk = Desk().bill(lambda on: 24 if on <= CHANGED else (10 if on.weekday() < 5 else 0))
    row = only(desk.judge(closing(saving="400")))
    assert (row["change_kind"], row["changed_on"], row["verdict"]) == ("usage_fell", CHANGED, "saved")
    assert row["realised_saving"] == pytest.approx(D(720) - D(30) * 200 / 28)


def test_a_credit_hides_a_cost_and_is_no_change() -> None:
    desk = Desk().bill(step(5, 5))
    for line in desk.lines:
        line["cost"] = line["cost"] if line["usage_date"] <= CHANGED else D(0)
    row = only(desk.judge())
    assert (row["verdict"], row["changed_on"], row["realised_saving"]) == ("not_judged", None, None)
    assert row["reason"] == "the resource is billed as before: nothing was changed"


def test_a_small_meter_that_ended_is_not_what_the_finding_was_about() -> None:
    desk = Desk().bill(step(5, 5)).bill(step("0.2", 0), meter="DataTransfer")
    assert only(desk.judge())["verdict"] == "not_judged"


def test_a_late_bill_shows_nothing_yet() -> None:
    row = only(Desk(days_after=3).bill(step(5, 5)).judge())
    assert (row["verdict"], row["promised_saving"]) == ("too_early", D(60))
    assert row["reason"] == "its bill is known to its end until 2026-09-16, and it was found until 2026-09-15"


@pytest.mark.parametrize("days", [1, 2])
def test_a_day_or_two_without_a_line_is_not_gone(days: int) -> None:
    row = only(Desk(days_after=days).bill(step(5, 0)).judge())
    assert (row["verdict"], row["changed_on"]) == ("too_early", None)


def test_what_pauses_at_weekends_is_not_gone_on_monday() -> None:
    desk = Desk(days_after=1).bill(lambda on: 5 if on.weekday() in (1, 2) and on <= CHANGED else 0)
    row = only(desk.judge(closing(last_seen=day(-3))))
    assert row["verdict"] == "too_early" and row["reason"] == "it was last billed on 2026-09-09: it may only pause"


def test_a_source_that_ended_and_an_account_that_moved_save_nothing() -> None:
    ended = only(Desk(ended={"bills": CHANGED}).bill(step(5, 0)).judge())
    assert ended["verdict"] == "not_judged" and "no usage since 2026-09-13" in ended["reason"]
    bills = Desk().bill(step(5, 0)).bills()
    bills.known = {}
    from savings.realised.run import realise

    moved = only(realise([closing()], bills))
    assert (moved["verdict"], moved["reason"]) == ("not_judged", "nothing is billed of its account any more")
    # it was billed no longer than its resource
    with_last_day = only(Desk(days_after=0).bill(step(5, 0)).judge())
    assert (with_last_day["verdict"], with_last_day["changed_on"]) == ("too_early", None)


def test_what_is_about_an_account_or_not_on_the_bill_is_not_judged() -> None:
    account, absent = Desk().judge(closing("a", resource_id=""), closing("b", resource_id="r-7"))
    assert [account["verdict"], absent["verdict"]] == ["not_judged", "not_judged"]
    assert "no resource to compare" in account["reason"] and "not on the bill" in absent["reason"]


def test_another_currency_and_two_resources_of_one_name_are_not_judged() -> None:
    euros = only(Desk().bill(step(5, 0), currency="EUR").judge())
    assert (euros["verdict"], euros["reason"]) == ("not_judged", "it is billed in EUR")
    desk = Desk().bill(step(5, 0), "arn:a/vol-1").bill(step(5, 0), "arn:b/vol-1")
    row = only(desk.judge(closing(resource_id="vol-1")))
    assert row["verdict"] == "not_judged" and "several resources" in row["reason"]
    assert only(desk.judge(closing(resource_id="arn:a/vol-1")))["verdict"] == "saved"


def test_a_line_of_a_month_over_the_change_is_of_neither_side() -> None:
    desk = Desk(days_after=45)
    for month, days, cost in ((dt.date(2026, 7, 1), 31, 155), (dt.date(2026, 8, 1), 31, 155),
                              (dt.date(2026, 9, 1), 30, 110), (dt.date(2026, 10, 1), 31, 93)):  # fmt: skip
        line = desk._line(month, D(cost)) | {"resource_id": "r-1", "period_days": days}
        desk.lines.append(line)
    row = only(desk.judge(closing(acted=True)))
    assert (row["verdict"], row["realised_saving"], row["days_before"]) == ("saved", D(60), 28)
    assert row["days_after"] == len([on for on in desk.days if on >= dt.date(2026, 10, 1)])


def test_two_findings_of_one_change_share_it_as_the_plan_does() -> None:
    found = (
        closing("a", "60", monthly_cost=D(150)),
        closing("b", "30", monthly_cost=D(150), lever="schedule"),
        closing("c", "40", monthly_cost=D(150)),
    )
    rows = Desk().bill(step(5, 0)).judge(*found)
    # c is an alternative of a; of the other 90 the lever of b saves a fifth
    assert [row["promised_saving"] for row in rows] == [D(60), D(18), D(0)]
    assert sum(row["realised_saving"] for row in rows) == D(150) and rows[2]["realised_saving"] == 0
    assert rows[0]["realised_saving"] * 18 == pytest.approx(rows[1]["realised_saving"] * 60)
    for name in ("expected_cost", "actual_cost", "saved_to_date", "billed_cost_before"):
        whole = only(Desk().bill(step(5, 0)).judge(closing("a", "78")))
        assert sum(row[name] for row in rows) == whole[name]
    for row in rows:
        parts = row["actual_cost"] + row["unused_commitment_cost"] + row["rebound_cost"]
        assert row["expected_cost"] - parts == row["realised_saving"]


def test_thirds_add_up_to_the_last_decimal() -> None:
    found = [closing(name, None, acted=True) for name in "abc"]
    rows = Desk().bill(step("1.000000000001", 0)).judge(*found)
    parts = [row["realised_saving"] for row in rows]
    assert sum(parts) == D("30.00000000003") and max(parts) - min(parts) < D("1e-11")
    assert sum(row["expected_cost"] for row in rows) == D("30.00000000003")
    rows = Desk().bill(step(10, 0)).judge(*found)
    assert sum(row["realised_saving"] for row in rows) == 300
    assert sum(row["saved_to_date"] for row in rows) == 280


def test_two_changes_of_one_resource_count_each_for_itself() -> None:
    desk = Desk(days_after=50).bill(lambda on: 5 if on <= CHANGED else (3 if on <= day(20) else 0))
    smaller = closing("a", "60", acted=True)
    gone = Closing({**smaller.row, "recommendation_id": "b", "lever": "delete"}, day(20))
    rows = desk.judge(smaller, gone)
    assert [row["realised_saving"] for row in rows] == [D(60), D(90)]
    assert [(row["days_before"], row["days_after"]) for row in rows] == [(28, 19), (19, 28)]


def test_the_total_is_what_its_parts_are() -> None:
    desk = (
        Desk().bill(step(5, 3)).bill(step(4, 5), "r-2").bill(step(1, 1), "r-3").bill(step(7, 0), "r-5", currency="EUR")
    )
    rows = desk.judge(
        closing("a", acted=True), closing("b", "20", acted=True, resource_id="r-2"), closing("c", resource_id="r-3"),
        closing("d", "200", resource_id="r-5", billing_currency="EUR"), closing("e", "7", resource_id="r-6"),
    )  # fmt: skip
    euros, dollars = add_up_realised(rows)
    assert (euros.currency, euros.saved, euros.realised) == ("EUR", D(210), D(210))
    assert (dollars.findings, dollars.not_judged, dollars.promised) == (4, 2, D(80))
    assert (dollars.saved, dollars.not_saved, dollars.unclear, dollars.realised) == (D(60), D(-30), D(0), D(30))
    assert dollars.saved_to_date == D(28)
