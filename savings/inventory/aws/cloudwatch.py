"""What CloudWatch measured of resources, an hour a value.

GetMetricData takes 500 metrics a call and answers in pages. 1,000 metrics that are asked for cost 0.01 USD, so only
what an enabled check needs is read. https://aws.amazon.com/cloudwatch/pricing/,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader, read_pages
from savings.inventory.contract import Series, Window

#: Metrics in one call, and seconds of a value.
BATCH, PERIOD = 500, 3600
#: How often what CloudWatch answered in part, or failed on, is asked for.
ATTEMPTS = 3
PERMISSIONS = ("cloudwatch:GetMetricData",)
LISTING = (*PERMISSIONS, "cloudwatch:ListMetrics")
Statistic = Literal["Average", "Maximum", "Minimum", "Sum"]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A metric of one resource, by namespace, name and every dimension that it is published with."""

    resource_id: str
    namespace: str
    name: str
    statistic: Statistic
    dimensions: Mapping[str, str] = field(default_factory=dict)


def measure(scope: AwsReader, questions: Iterable[Question], window: Window) -> Iterator[Series]:
    """The series of each question of which CloudWatch has a value.

    Where a series is not all there, after it was asked for again, the scope is marked incomplete and nothing is given.
    Raises what boto3 raises.
    """
    client = scope.client("cloudwatch")
    found: list[Series] = []
    everything = list(questions)
    for start in range(0, len(everything), BATCH):
        batch = everything[start : start + BATCH]
        asked = {f"m{number}": question for number, question in enumerate(batch)}
        wanted: Mapping[str, Question] = asked
        statuses: dict[str, str] = {}
        values: dict[str, dict[dt.datetime, float]] = {}
        for _ in range(ATTEMPTS):
            statuses = _ask(client, wanted, window, values)
            wanted = {name: asked[name] for name in wanted if statuses.get(name) != "Complete"}
            if not wanted:
                break
        if wanted:
            name, question = next(iter(wanted.items()))
            said = statuses.get(name, "no answer")
            scope.mark_incomplete(f"CloudWatch has {question.name} of {question.resource_id} not whole: {said}")
            return
        found += [
            Series(scope.region, asked[name].resource_id, sorted(samples.items()))
            for name, samples in values.items()
            if samples
        ]
    yield from found


def add_up(series: Iterable[Series]) -> Iterator[Series]:
    """One series a resource: the sum of what several have of each instant."""
    sums: dict[tuple[str, str], dict[dt.datetime, float]] = {}
    for one in series:
        into = sums.setdefault((one.region, one.resource_id), {})
        for at, value in one.samples:
            into[at] = into.get(at, 0.0) + value
    for (region, resource_id), samples in sums.items():
        yield Series(region, resource_id, sorted(samples.items()))


def fill_with_zeros(series: Iterable[Series], hours: Mapping[str, Sequence[dt.datetime]], region: str) -> list[Series]:
    """For metrics that are published only where they are not zero: a zero in those ``hours`` of a resource in which it
    is known to have been measured."""
    known = {one.resource_id: dict(one.samples) for one in series}
    return [
        Series(region, name, sorted({**dict.fromkeys(instants, 0.0), **known.get(name, {})}.items()))
        for name, instants in hours.items()
    ]


def list_hours(window: Window, since: dt.datetime | None = None) -> list[dt.datetime]:
    """The hours of the window, from the first that begins at ``since`` (UTC, without a zone) or later."""
    start = window.start
    hours = [start + dt.timedelta(hours=number) for number in range(window.days * 24)]
    return [at for at in hours if since is None or at.replace(tzinfo=None) >= since]


def list_metrics(scope: AwsReader, namespace: str, name: str) -> Iterator[dict[str, str]]:
    """The sets of dimensions that a metric is published with; agents choose their own."""
    for one in scope.list("cloudwatch", "list_metrics", "Metrics", Namespace=namespace, MetricName=name):
        yield {dimension["Name"]: dimension["Value"] for dimension in one["Dimensions"]}


def questions_of(
    rows: Sequence[Row],
    namespace: str,
    dimension: str,
    name: str,
    statistic: Statistic,
    column: str = "resource_id",
) -> Iterator[Question]:
    """The same metric of each row, whose ``column`` is the value of its one dimension."""
    for row in rows:
        yield Question(
            resource_id=row["resource_id"],
            namespace=namespace,
            name=name,
            statistic=statistic,
            dimensions={dimension: row[column]},
        )


def _ask(
    client: Any, questions: Mapping[str, Question], window: Window, values: dict[str, dict[dt.datetime, float]]
) -> dict[str, str]:
    """Add what every page has to ``values``; returns the last status of each question."""
    statuses: dict[str, str] = {}
    pages = read_pages(
        client,
        "get_metric_data",
        MetricDataQueries=[_write(name, question) for name, question in questions.items()],
        StartTime=window.start,
        EndTime=window.end,
        ScanBy="TimestampAscending",
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            statuses[result["Id"]] = result["StatusCode"]
            samples = zip(result["Timestamps"], result["Values"], strict=True)
            values.setdefault(result["Id"], {}).update((at.astimezone(dt.UTC), float(value)) for at, value in samples)
    return statuses


def _write(name: str, question: Question) -> dict[str, Any]:
    dimensions = [{"Name": key, "Value": value} for key, value in question.dimensions.items()]
    metric = {"Namespace": question.namespace, "MetricName": question.name, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": PERIOD, "Stat": question.statistic}}
