"""CloudWatch's answers: 500 metrics a call, pages, and series that are not whole; real ones from moto."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from clouds.aws.accounts import make_aws_factory
from savings.inventory.aws.cloud import AwsReader
from savings.inventory.aws.cloudwatch import Question, list_metrics, measure
from savings.inventory.contract import Series, Window
from tests.peers.aws_services import AwsServices, Fault
from tests.peers.moto_server import ACCOUNT, MotoServer

REGION = "eu-central-1"
WINDOW = Window.before(dt.date(2026, 11, 2), 14)
START = WINDOW.start


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsServices]:
    with MotoServer() as server, AwsServices() as services:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", services.url)
        yield services


def open_scope() -> AwsReader:
    return AwsReader(account_id=ACCOUNT, region=REGION, clients=make_aws_factory({}, {}, is_polite=True))


def ask(scope: AwsReader, count: int = 1) -> list[Series]:
    questions = [
        Question(
            resource_id=f"i-{number}", namespace="AWS/EC2", name="CPUUtilization", statistic="Maximum",
            dimensions={"InstanceId": f"i-{number}"},
        )
        for number in range(count)
    ]  # fmt: skip
    return list(measure(scope, questions, WINDOW))


def result(name: str, hours: list[int], status: str = "Complete") -> dict[str, Any]:
    at = [START + dt.timedelta(hours=hour) for hour in hours]
    return {"Id": name, "Label": name, "Timestamps": at, "Values": [float(h) for h in hours], "StatusCode": status}


def test_five_hundred_are_asked_for_at_a_time(services: AwsServices) -> None:
    asked: list[list[dict[str, Any]]] = []

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request["MetricDataQueries"])
        return {"MetricDataResults": [result(one["Id"], [0]) for one in request["MetricDataQueries"]]}

    services.on("cloudwatch", "GetMetricData", answer)
    found = ask(open_scope(), 1201)
    assert [len(one) for one in asked] == [500, 500, 201]
    assert [one.resource_id for one in found] == [f"i-{number}" for number in range(1201)]
    stat = asked[0][0]["MetricStat"]
    assert (stat["Period"], stat["Stat"]) == (3600, "Maximum")
    assert stat["Metric"]["Dimensions"] == [{"Name": "InstanceId", "Value": "i-0"}]


def test_pages_are_followed_and_put_together(services: AwsServices) -> None:
    pages: list[dict[str, Any]] = [
        {"MetricDataResults": [result("m0", [0, 1], "PartialData"), result("m1", [0])], "NextToken": "2"},
        {"MetricDataResults": [result("m0", [2, 3], "PartialData")], "NextToken": "3"},
        {"MetricDataResults": [result("m0", [4])]},
    ]
    services.on("cloudwatch", "GetMetricData", lambda request: pages[int(request.get("NextToken", "1")) - 1])
    scope = open_scope()
    first, second = ask(scope, 2)
    assert [value for _, value in first.samples] == [0, 1, 2, 3, 4] and len(second.samples) == 1
    assert first.samples[0][0] == START and not scope.incomplete


def test_what_failed_once_is_asked_for_again(services: AwsServices) -> None:
    calls: list[list[str]] = []

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        calls.append([one["Id"] for one in request["MetricDataQueries"]])
        bad = "InternalError" if len(calls) == 1 else "Complete"
        return {"MetricDataResults": [result(one, [1], bad if one == "m1" else "Complete") for one in calls[-1]]}

    services.on("cloudwatch", "GetMetricData", answer)
    scope = open_scope()
    assert len(ask(scope, 2)) == 2 and not scope.incomplete
    assert calls == [["m0", "m1"], ["m1"]]


@pytest.mark.parametrize("status", ["PartialData", "InternalError", "Forbidden"])
def test_a_series_that_stays_in_part_makes_the_scope_incomplete(services: AwsServices, status: str) -> None:
    services.on("cloudwatch", "GetMetricData", lambda _: {"MetricDataResults": [result("m0", [0], status)]})
    scope = open_scope()
    assert ask(scope) == []
    assert scope.incomplete == {REGION: f"CloudWatch has CPUUtilization of i-0 not whole: {status}"}


def test_a_series_without_an_answer_makes_it_incomplete_too(services: AwsServices) -> None:
    services.on("cloudwatch", "GetMetricData", lambda _: {"MetricDataResults": []})
    scope = open_scope()
    assert ask(scope) == [] and "no answer" in scope.incomplete[REGION]


def test_it_waits_as_long_as_aws_asks(services: AwsServices) -> None:
    services.on("cloudwatch", "GetMetricData", lambda _: {"MetricDataResults": [result("m0", [0])]})
    services.faults.append(Fault(400, "Throttling", {"Retry-After": "1"}))
    assert len(ask(open_scope())) == 1 and len(services.calls) == 2


def test_what_was_put_there_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    today = dt.datetime.now(dt.UTC).date()
    window = Window.before(today, 2)
    with MotoServer() as server:
        for name, given in server.environment().items():
            monkeypatch.setenv(name, given)
        put = server.client("cloudwatch").put_metric_data
        dimensions = [{"Name": "InstanceId", "Value": "i-1"}, {"Name": "ImageId", "Value": "ami-1"}]
        for hour, value in ((0, 10.0), (0, 30.0), (5, 20.0)):
            at = window.start + dt.timedelta(hours=hour, minutes=7)
            data: dict[str, Any] = {
                "MetricName": "mem_used_percent",
                "Dimensions": dimensions,
                "Timestamp": at,
                "Value": value,
            }
            put(Namespace="CWAgent", MetricData=[data])
        scope = open_scope()
        found, *_ = list_metrics(scope, "CWAgent", "mem_used_percent")
        question = Question(
            resource_id="i-1", namespace="CWAgent", name="mem_used_percent", statistic="Maximum", dimensions=found
        )
        (series,) = measure(scope, [question], window)
    assert series.samples == [(window.start, 30.0), (window.start + dt.timedelta(hours=5), 20.0)]
