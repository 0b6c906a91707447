"""Answers of clouds that nobody expects: the same resource twice, text that no table can hold, pages without an end."""

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from clouds.aws.accounts import make_aws_factory
from clouds.google.rest import ENDPOINT_ENV, GoogleRest
from savings.inventory.aws.cloud import AwsCloud
from savings.inventory.contract import Window
from savings.inventory.evidence import add_inventory
from savings.inventory.gcp.cloud import GcpCloud
from savings.inventory.taking import Taken, take_inventory
from tests.integration.savings.google_project import PROJECT, ZONE, add_vm
from tests.peers.aws_services import AwsServices
from tests.peers.google import Google
from tests.peers.moto_server import ACCOUNT, MotoServer
from tests.peers.patience import quick_politeness
from tests.savings_bill import Bill

WINDOW = Window.before(dt.date(2026, 11, 2), 14)


@pytest.fixture
def google() -> Iterator[Google]:
    with Google() as peer:
        peer.resources[PROJECT] = {}
        yield peer


def asked(tables: tuple[str, ...], metrics: tuple[str, ...] = ()) -> Any:
    return type("Asked", (), {"tables": tables, "metrics": metrics})()


def take(google: Google, *projects: str) -> Taken:
    rest = GoogleRest(environ={ENDPOINT_ENV: google.url}, politeness=quick_politeness())
    return take_inventory(
        [GcpCloud(rest, projects or (PROJECT,))], [asked(("gcp_disks",), ("gcp_instance_cpu",))], WINDOW
    )


def add_disk(google: Google, name: str, **columns: Any) -> None:
    kind = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/{ZONE}/diskTypes/pd-ssd"
    google.add(PROJECT, "disks", ZONE, name=name, type=kind, sizeGb="10", status="READY", **columns)


def test_a_resource_that_two_pages_have_is_one(google: Google) -> None:
    """Lists that change while they are read repeat what moved to the next page; the later page is newer."""
    for name, size in (("one", "10"), ("two", "10"), ("one", "20")):
        add_disk(google, name)
        google.resources[PROJECT]["disks"][ZONE][-1]["sizeGb"] = size
    rows = take(google).rows["gcp_disks"]
    assert sorted((row["resource_id"].rpartition("/")[2], row["size_gb"]) for row in rows) == [("one", 20), ("two", 10)]


def test_a_project_that_is_named_twice_is_read_once(google: Google) -> None:
    add_vm(google, "web")
    taken = take(google, PROJECT, PROJECT)
    assert len(taken.rows["gcp_disks"]) == len(taken.rows["gcp_instances"]) == 1
    assert len(taken.series["gcp_instance_cpu"]) == 1


def test_text_that_is_no_unicode_keeps_no_other_resource_back(google: Google) -> None:
    """JSON can write half a character, which no table holds."""
    add_disk(google, "odd", labels={"note": "\ud800 half", "nul": "a\x00b"}, description="\udfff")
    add_disk(google, "good")
    taken = take(google)
    assert not any(taken.incomplete.values()) and len(taken.rows["gcp_disks"]) == 2
    with Bill("gcp").add("x", "usage", cost="1").open() as evidence:
        add_inventory(evidence, taken, ("keep",))
        rows = evidence.execute("select tags['note'], tags['nul'] from all_gcp_disks order by resource_id").fetchall()
    assert rows == [(None, None), ("\ufffd half", "a\ufffdb")]


def test_pages_of_aws_that_go_round_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore notices a token that comes twice in a row, and not two that take turns."""
    with MotoServer() as server, AwsServices() as services:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", services.url)
        count = iter(range(2_000))
        services.on("logs", "DescribeLogGroups", lambda _: {"logGroups": [], "nextToken": str(next(count) % 2)})
        monkeypatch.setattr("savings.inventory.aws.cloud.MOST_PAGES", 5)
        cloud = AwsCloud(make_aws_factory({}, {}, is_polite=True), (ACCOUNT,), ("eu-central-1",))
        taken = take_inventory([cloud], [asked(("aws_log_groups",))], WINDOW)
    (reason,) = taken.incomplete["aws_log_groups"].values()
    assert "pages" in reason and "no end" in reason
    assert len(services.calls) < 10


def test_what_aws_encodes_of_a_refusal_is_nobody_elses() -> None:
    said = (
        "You are not authorized to perform this operation. Encoded authorization failure message: "
        + "4HOxUoLAk" * 9_000
    )
    error = ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": said}}, "DescribeVolumes")
    explained = AwsCloud(make_aws_factory({}, {}), (), ()).explain(error) or ""
    assert explained.endswith("You are not authorized to perform this operation.") and "4HOxUoLAk" not in explained


_INTERRUPTED = """
import datetime as dt, os, signal, sys, threading
from clouds.google.rest import ENDPOINT_ENV, GoogleRest
from savings.inventory.contract import Window
from savings.inventory.gcp.cloud import GcpCloud
from savings.inventory.taking import take_inventory

threading.Timer(2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
check = type("Asked", (), {"tables": ("gcp_disks",), "metrics": ()})()
rest = GoogleRest(environ={ENDPOINT_ENV: sys.argv[1]})
try:
    take_inventory([GcpCloud(rest, ("shop-prod",))], [check], Window.before(dt.date(2026, 11, 2), 2))
except KeyboardInterrupt:
    sys.exit(7)
"""


def test_who_stops_a_run_does_not_wait_for_what_is_still_to_be_read(google: Google) -> None:
    for number in range(20_000):
        add_disk(google, f"d-{number}")
    done = subprocess.run([sys.executable, "-c", _INTERRUPTED, google.url], timeout=120, check=False)
    assert done.returncode == 7
    assert len(google.calls) < 10_000
