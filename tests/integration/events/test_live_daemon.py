"""Dagster's own daemon, three clouds' events, messages that come twice, and a daemon that is killed: one run each.

The daemon and its code server are processes of their own; S3, SQS, Blob Storage, the Storage Queue and BigQuery are
answered by protocol servers. First nothing may be launched, so that every run that was asked for is seen waiting; then
the runs are let go, until each has taken its delivery.
"""

import base64
import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from cloudcost.installation import Installation
from orchestration.launch import DAGSTER_YAML
from tests.integration.locations.test_bigquery_months import DETAILED, row
from tests.peers.azurite import ACCOUNT, KEY, Azurite, AzuriteUnavailable
from tests.peers.bigquery import Server as BigQueryServer
from tests.peers.moto_server import MotoServer
from tests.unit.ingestion.exports import CUR_HEADER, cur_rows

WORKSPACE = Path(__file__).resolve().parents[3] / "workspace.yaml"
pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(1800)]

NONE_AT_ONCE = DAGSTER_YAML.replace("max_concurrent_runs: 4", "max_concurrent_runs: 0")
TABLE = ("billing", "gcp_billing_export_resource_v1_01AB")
AZURE_RUN = "focus/daily/20260901-20260930/00000000-0000-4000-8000-000000000001"
AZURE_CSV = (
    "SubscriptionId,MeterCategory,Date,CostInBillingCurrency,BillingCurrency,ChargeType,BillingAccountId\n"
    "sub-1,Storage,2026-09-03,1.25,EUR,Usage,acc\nsub-2,Compute,2026-09-04,2.5,EUR,Usage,acc\n"
)


class Clouds:
    """The three providers, each with a month that was just delivered, and what announces it."""

    def __init__(self, stack: ExitStack) -> None:
        self.moto = stack.enter_context(MotoServer())
        self.blob = stack.enter_context(Azurite("blob"))
        self.queue = stack.enter_context(Azurite("queue"))
        self.bigquery = stack.enter_context(BigQueryServer())
        self.s3, self.sqs = self.moto.client("s3"), self.moto.client("sqs")
        self.s3.create_bucket(Bucket="exports", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        self.sqs_url = self.sqs.create_queue(QueueName="exports")["QueueUrl"]
        from azure.storage.blob import BlobServiceClient
        from azure.storage.queue import QueueClient

        self.container = BlobServiceClient.from_connection_string(self.azure).create_container("exports")
        self.azure_queue = QueueClient.from_connection_string(self.azure, "events")
        self.azure_queue.create_queue()

    @property
    def azure(self) -> str:
        ends = f"BlobEndpoint=http://127.0.0.1:{self.blob.port}/{ACCOUNT};"
        ends += f"QueueEndpoint=http://127.0.0.1:{self.queue.port}/{ACCOUNT};"
        return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};{ends}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.moto.url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-central-1", "AZURE_STORAGE_CONNECTION_STRING": self.azure,
            "BIGQUERY_EMULATOR_HOST": self.bigquery.url,
        }  # fmt: skip

    def configure(self, root: Path) -> None:
        events = f"{{type: sqs, queue_url: '{self.sqs_url}', hidden_seconds: 10}}"
        table = f"bigquery://p.{'.'.join(TABLE)}"
        queue = f"{{type: storage_queue, account: {ACCOUNT}, queue: events, hidden_seconds: 10}}"
        (root / "cloudcost.yaml").write_text(
            "sources:\n"
            f"  - {{name: payer, provider: aws, location: 's3://exports/cur', events: {events}}}\n"
            f"  - {{name: azure, provider: azure, location: 'az://{ACCOUNT}/exports/focus', events: {queue}}}\n"
            f"  - {{name: gcp, provider: gcp, location: '{table}', events: {{type: table_poll}}}}\n"
            "forecasts: {horizon_days: 7}\n"
        )

    def deliver(self) -> None:
        """A month from each; every message twice: as S3's own event and by EventBridge, and twice by Event Grid."""
        folder = "cur/hourly/20260901-20261001"
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, CUR_HEADER)
        writer.writeheader()
        writer.writerows(cur_rows(["10.5", "0.25"]))
        manifest = {
            "assemblyId": "assembly-1",
            "billingPeriod": {"start": "20260901T000000.000Z", "end": "20261001T000000.000Z"},
            "reportName": "hourly", "reportKeys": [f"{folder}/hourly-00001.csv"],
        }  # fmt: skip
        keys = [f"{folder}/hourly-00001.csv", f"{folder}/hourly-Manifest.json"]
        for key, body in zip(keys, (text.getvalue(), json.dumps(manifest)), strict=True):
            self.s3.put_object(Bucket="exports", Key=key, Body=body.encode())
            place = {"bucket": {"name": "exports"}, "object": {"key": key}}
            direct = {"Records": [{"eventName": "ObjectCreated:Put", "s3": place}]}
            bridged = {"source": "aws.s3", "detail-type": "Object Created", "detail": place}
            for event in (direct, direct, bridged):
                self.sqs.send_message(QueueUrl=self.sqs_url, MessageBody=json.dumps(event))
        run = {
            "blobCount": 1, "byteCount": len(AZURE_CSV), "dataRowCount": 2,
            "exportConfig": {"exportName": "daily", "type": "ActualCost"},
            "runInfo": {"runId": AZURE_RUN.rsplit("/", 1)[1], "submittedTime": "2026-10-02T06:00:00Z",
                        "startDate": "2026-09-01T00:00:00", "endDate": "2026-09-30T00:00:00"},
            "blobs": [{"blobName": f"{AZURE_RUN}/part_0_0001.csv", "byteCount": len(AZURE_CSV), "dataRowCount": 2}],
        }  # fmt: skip
        for name, body in (("part_0_0001.csv", AZURE_CSV), ("manifest.json", json.dumps(run))):
            self.container.upload_blob(f"{AZURE_RUN}/{name}", body)
            url = f"https://{ACCOUNT}.blob.core.windows.net/exports/{AZURE_RUN}/{name}"
            created = json.dumps({"eventType": "Microsoft.Storage.BlobCreated", "data": {"url": url}})
            for _ in range(2):
                self.azure_queue.send_message(base64.b64encode(created.encode()).decode())
        self.bigquery.create_table(*TABLE, DETAILED)
        self.bigquery.insert_rows(*TABLE, [row("202609", "2026-09-05T08:00:00Z", 3.5, 0.5)], "2026-09-06")

    def waiting(self) -> int:
        """Messages that nobody has deleted, hidden or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.sqs_url, AttributeNames=names)["Attributes"]
        in_azure = self.azure_queue.get_queue_properties().approximate_message_count
        assert in_azure is not None
        return sum(map(int, found.values())) + in_azure


class Daemon:
    """Dagster's daemon on an installation, with its code server, in a process group of its own."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        self.root = root
        self.home = root / "home" / "dagster"
        self.home.mkdir(parents=True)
        self.environment = {
            **os.environ, **environment, "CLOUDCOST_CONFIG": str(root / "cloudcost.yaml"),
            "CLOUDCOST_HOME": str(root / "home"), "DAGSTER_HOME": str(self.home),
            # on a busy machine the daemon drops a run whose code server does not answer within a minute
            "DAGSTER_GRPC_TIMEOUT_SECONDS": "900",
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None
        (self.home / "dagster.yaml").write_text(NONE_AT_ONCE)
        # its tables are there before two processes want to make them
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DAGSTER_HOME", str(self.home))
            self.instance = dg.DagsterInstance.from_config(str(self.home))

    def start(self, settings: str) -> None:
        (self.home / "dagster.yaml").write_text(settings)
        command = [str(Path(sys.executable).with_name("dagster-daemon")), "run", "-w", str(WORKSPACE)]
        with (self.root / "daemon.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, cwd=self.root, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """The daemon, its code server and its runs, without a word."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def runs(self) -> list[dg.DagsterRun]:
        """All runs that a delivery started, as Dagster remembers them."""
        return [run for run in self.instance.get_runs() if "cloudcost/delivery" in run.tags]

    def wait(self, is_so: Any, seconds: float, what: str) -> None:
        end = time.monotonic() + seconds
        while not is_so():
            log = (self.root / "daemon.log").read_text()[-3000:]
            assert time.monotonic() < end, f"{what} within {seconds:.0f} s\n{log}"
            assert self.process is None or self.process.poll() is None, log
            time.sleep(0.1)


@pytest.fixture(scope="module")
def clouds() -> Iterator[Clouds]:
    with ExitStack() as stack:
        try:
            opened = Clouds(stack)
        except AzuriteUnavailable as reason:
            if os.environ.get("CI") == "true":
                pytest.fail(str(reason))
            pytest.skip(str(reason))
        yield opened


def test_one_run_per_delivery_whatever_happens_to_messages_and_daemon(clouds: Clouds, tmp_path: Path) -> None:
    clouds.configure(tmp_path)
    clouds.deliver()
    daemon = Daemon(tmp_path, clouds.environment)
    try:
        daemon.start(NONE_AT_ONCE)
        daemon.wait(lambda: daemon.runs(), 300, "no run was asked for")
        daemon.kill()
        assert clouds.waiting() == 10, "killed before any message was deleted"

        daemon.start(NONE_AT_ONCE)
        daemon.wait(lambda: clouds.waiting() == 0, 300, "the messages were not dealt with")
        daemon.wait(lambda: len(daemon.runs()) >= 3, 60, "a delivery has no run")
        requested = Counter(
            (run.tags["cloudcost/source"], run.tags["dagster/asset_partition_range_start"]) for run in daemon.runs()
        )
        assert requested == {("payer", "2026-09-01"): 1, ("azure", "2026-09-01"): 1, ("gcp", "2026-09-01"): 1}
        assert {run.status for run in daemon.runs()} == {dg.DagsterRunStatus.QUEUED}
        daemon.kill()

        installation = Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")
        daemon.start(DAGSTER_YAML)
        daemon.wait(lambda: len(installation.ledger.current_snapshots()) == 3, 600, "the runs took no deliveries")
        assert len(daemon.runs()) == 3, "and nothing started another"
    finally:
        daemon.kill()
    totals = {
        s.key.text: next((t.billing_currency, t.file_total) for t in s.control_totals if t.measure == "billed_cost")
        for s, _ in installation.ledger.current_snapshots()
    }
    assert totals == {
        "azure/2026-09/actual": ("EUR", Decimal("3.75")), "gcp/2026-09/cost": ("EUR", Decimal(3)),
        "payer/2026-09/cost": ("USD", Decimal("10.75")),
    }  # fmt: skip
    assert [record.version for record in installation.store.list("current")] == [1, 1, 1], "each was promoted once"
