"""From an event in a queue to one run per delivery, over every protocol; nothing is deleted before it is recorded."""

import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import dagster as dg
import pytest
from mypy_boto3_s3 import S3Client

from cloudcost.config.document import CloudcostConfig
from cloudcost.installation import Installation
from clouds.access import SourceAccess
from core.errors import LocationError
from ingestion.events.opening import open_queue
from ingestion.sections.events import SqsEvents, StorageQueueEvents
from orchestration.defs.alerts.assets import incident_book
from orchestration.defs.ingestion.sensors import collect_requests, export_event_sensor
from orchestration.resources.installation import InstallationResource
from tests.peers.azurite import ACCOUNT, Azurite, AzuriteUnavailable

PREFIX = "cur/daily"


def deliver(s3: Any, month: int, execution: str, rows: int = 1) -> list[str]:
    """A month of a CUR 2.0 export as AWS writes it: the data, then the manifest; their keys."""
    period = f"BILLING_PERIOD=2026-{month:02d}"
    data = f"{PREFIX}/data/{period}/daily-00001.csv.gz"
    manifest = f"{PREFIX}/metadata/{period}/daily-Manifest.json"
    s3.put_object(Bucket="exports", Key=data, Body=b"x" * rows)
    body = {"executionId": execution, "dataFiles": [f"s3://exports/{data}"]}
    s3.put_object(Bucket="exports", Key=manifest, Body=json.dumps(body).encode())
    return [data, manifest]


def notify(key: str) -> str:
    record = {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "exports"}, "object": {"key": key}}}
    return json.dumps({"Records": [record]})


class Desk:
    """An installation whose AWS source is announced by an SQS queue, and Dagster's own memory of runs."""

    def __init__(self, root: Path) -> None:
        self.sqs = boto3.client("sqs")
        self.queue = self.sqs.create_queue(QueueName=f"exports-{uuid.uuid4().hex}")["QueueUrl"]
        events = f"{{type: sqs, queue_url: '{self.queue}', hidden_seconds: 10}}"
        (root / "cloudcost.yaml").write_text(
            "sources:\n"
            f"  - {{name: aws_prod, provider: aws, location: 's3://exports/cur', events: {events}}}\n"
            f"  - {{name: aws_focus, format: focus, location: 's3://exports/focus', events: {events}}}\n"
        )
        self.installation = Installation(root / "cloudcost.yaml", root / "home")
        self.instance = dg.DagsterInstance.ephemeral()

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.queue, MessageBody=body)

    def tick(self) -> list[dg.RunRequest]:
        """One evaluation of the sensor, long enough after the last one for hidden messages to show again."""
        self.show_all()
        resources = {"installation": InstallationResource.of(self.installation)}
        context = dg.build_sensor_context(self.instance, resources=resources)
        result = export_event_sensor(context)
        assert isinstance(result, dg.SensorResult)
        return list(result.run_requests or [])

    def record(self, requests: list[dg.RunRequest]) -> None:
        """What Dagster's daemon does with run requests."""
        for request in requests:
            tags = {**request.tags, "dagster/run_key": str(request.run_key)}
            self.instance.add_run(dg.DagsterRun("cost_pipeline_job", run_id=str(uuid.uuid4()), tags=tags))

    def show_all(self) -> None:
        from moto.sqs.models import sqs_backends

        queue = sqs_backends["123456789012"]["us-east-1"].queues[self.queue.rsplit("/", 1)[-1]]
        for message in queue._messages:
            message.change_visibility(0)

    def waiting(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)


@pytest.fixture
def desk(s3: S3Client, tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_one_run_per_delivery_and_deletion_only_after_it_is_recorded(s3: S3Client, desk: Desk) -> None:
    desk.send(*map(notify, deliver(s3, 9, "e1") + deliver(s3, 8, "e2")))
    requests = desk.tick()
    assert sorted((r.tags["cloudcost/source"], r.tags["dagster/asset_partition_range_start"]) for r in requests) == [
        ("aws_prod", "2026-08-01"),
        ("aws_prod", "2026-09-01"),
    ]
    assert desk.waiting() == 4
    assert [r.run_key for r in desk.tick()] == [r.run_key for r in requests], (
        "killed before it was recorded: asked again"
    )
    desk.record(requests)
    assert (desk.tick(), desk.waiting()) == ([], 0)
    desk.send(*map(notify, deliver(s3, 9, "e3", rows=2)))
    (restated,) = desk.tick()
    assert restated.run_key not in {r.run_key for r in requests}
    assert str(restated.run_key).startswith("aws_prod/2026-09/cost/")


def test_one_recorded_run_of_two_deletes_nothing_yet(s3: S3Client, desk: Desk) -> None:
    desk.send(*map(notify, deliver(s3, 9, "e1") + deliver(s3, 8, "e2")))
    first, second = desk.tick()
    desk.record([first])
    assert [r.run_key for r in desk.tick()] == [second.run_key]
    assert desk.waiting() == 4
    desk.record([second])
    assert (desk.tick(), desk.waiting()) == ([], 0)


def test_an_event_before_the_manifest_starts_nothing(s3: S3Client, desk: Desk) -> None:
    desk.send(*map(notify, deliver(s3, 8, "e0")))
    desk.record(desk.tick())
    data, manifest = deliver(s3, 9, "e1")
    s3.delete_object(Bucket="exports", Key=manifest)
    desk.send(notify(data))
    assert (desk.tick(), desk.waiting()) == ([], 0), "the manifest's own event will tell"


def test_messages_that_are_nothing_to_act_on(s3: S3Client, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.send(json.dumps({"Event": "s3:TestEvent"}), notify("elsewhere/a.csv"))
    requests, faults = collect_requests(desk.installation, lambda key: False)
    assert requests == []
    assert faults == [f"{desk.queue}: no source reads s3://exports/elsewhere/a.csv"]
    assert desk.waiting() == 0


def test_a_malformed_message_is_kept_and_reported_once(s3: S3Client, desk: Desk) -> None:
    desk.send("hello", *map(notify, deliver(s3, 9, "e1")))
    for _ in range(3):
        assert len(desk.tick()) == 1, "and hides none of the others"
    (incident,) = incident_book(desk.installation).list("open")
    assert incident.finding.rule == "event_unreadable"
    assert "neither JSON nor base64 of JSON. It was left in the queue" in incident.finding.summary
    assert desk.waiting() == 3


def test_a_source_that_cannot_be_read_keeps_its_messages(s3: S3Client, desk: Desk) -> None:
    s3.put_object(Bucket="exports", Key="focus/readme.md", Body=b"1")
    desk.send(notify("focus/a.csv"), *map(notify, deliver(s3, 9, "e1")))
    requests, faults = collect_requests(desk.installation, lambda key: False)
    assert [r.pending.key.source_name for r in requests] == ["aws_prod"]
    assert faults[0].startswith("aws_focus: no export files below s3://exports/focus")
    assert desk.waiting() == 3


def test_a_queue_that_is_not_there(s3: S3Client, desk: Desk) -> None:
    desk.sqs.delete_queue(QueueUrl=desk.queue)
    requests, (fault,) = collect_requests(desk.installation, lambda key: False)
    assert requests == []
    assert fault.startswith(f"the queue {desk.queue} does not exist")


@pytest.fixture(scope="module")
def azurite_queues() -> Iterator[Azurite]:
    try:
        with Azurite("queue") as peer:
            yield peer
    except AzuriteUnavailable as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))


def test_a_storage_queue(azurite_queues: Azurite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same promises of the other cloud's queue: hidden, given again, deleted, kept."""
    from azure.storage.queue import QueueClient

    text = azurite_queues.connection_string()
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", text)
    client = QueueClient.from_connection_string(text, "events")
    settings = StorageQueueEvents(type="storage_queue", account=ACCOUNT, queue="events", hidden_seconds=10)
    queue = open_queue(settings, SourceAccess())
    with pytest.raises(LocationError) as caught:
        queue.receive()
    assert caught.value.reason == "not_found"
    client.create_queue()
    for number in range(40):
        client.send_message(f"message {number}")
    messages = queue.receive()
    assert len({m.message_id for m in messages}) == 40, "more than one page"
    assert sorted(m.body for m in messages)[:2] == ["message 0", "message 1"]
    assert queue.receive() == [], "they are hidden"
    queue.keep(messages[0])
    for message in messages[1:]:
        queue.delete(message)
        queue.delete(message)
    assert client.get_queue_properties().approximate_message_count == 1


def test_sqs_gives_more_than_one_batch(s3: S3Client) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="many")["QueueUrl"]
    for number in range(33):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    queue = open_queue(SqsEvents(type="sqs", queue_url=url), SourceAccess())
    assert sorted(int(m.body) for m in queue.receive()) == list(range(33))


def test_events_have_to_fit_their_source() -> None:
    events = {"type": "sqs", "queue_url": "https://sqs.eu-central-1.amazonaws.com/111122223333/q"}
    source = {"name": "azure", "location": "az://costs/exports", "events": events}
    with pytest.raises(ValueError, match="events of type 'sqs' tell nothing of the location"):
        CloudcostConfig.model_validate({"sources": [source]})
