"""`cloudcost check` for every kind of place and every kind of failure: one line with the reason, no secret in it."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cloudcost.installation import Installation
from core.errors import OK
from tests.integration.locations.conftest import FOCUS, ROW, Check
from tests.integration.locations.peers import FixedAnswer, GoogleStorage, serving, write_google_key
from tests.peers.arm import Arm, Fault
from tests.peers.aws_services import AwsServices
from tests.peers.aws_services import Fault as Refused
from tests.peers.azurite import ACCOUNT, KEY, Azurite
from tests.peers.bigquery import Server as BigQueryServer
from tests.peers.faults import Answer, FaultProxy

GOOD = f"{FOCUS}\n{ROW}\n".encode()
#: The column that holds the cost has another name: nothing can be read any more.
RENAMED = GOOD.replace(b"BilledCost", b"Cost")
WAIT = {"retry-after": "900"}
SECRET = "hunter2"


@dataclass
class Place:
    """A kind of location: where it is and where nothing is, what it answers, and how its columns change."""

    uri: str
    nowhere: str
    refuse: Callable[[str], None]
    answer_again: Callable[[], None]
    rename_column: Callable[[], None]


def refusals(**answers: Any) -> dict[str, Any]:
    return {name.replace("_", " "): answer for name, answer in answers.items()}


def place_behind(proxy: FaultProxy, answers: dict[str, Any], **places: Any) -> Place:
    # each is refused as often as it is asked: what is not tried again meets the first of them only
    return Place(
        refuse=lambda verdict: proxy.faults.extend([answers[verdict]] * 20), answer_again=proxy.faults.clear, **places
    )


@pytest.fixture
def s3_place(s3: Any, moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    def refusal(status: int, code: str, **headers: str) -> Answer:
        body = f"<Error><Code>{code}</Code><Message>{SECRET}</Message></Error>"
        return Answer(status, {"content-type": "application/xml", **headers}, body.encode())

    def put(content: bytes) -> None:
        s3.put_object(Bucket="exports", Key="focus/a.csv", Body=content)

    put(GOOD)
    answers = refusals(
        no_permission=refusal(403, "AccessDenied"), expired_credential=refusal(400, "ExpiredToken"),
        throttled=refusal(503, "SlowDown", **WAIT),
    )  # fmt: skip
    with FaultProxy(moto_url) as proxy, AwsServices() as services:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_BCM_DATA_EXPORTS", services.url)
        services.faults += [Refused(400, "AccessDeniedException")] * 20
        yield place_behind(
            proxy, answers, uri="s3://exports/focus", nowhere="s3://nowhere/focus", rename_column=lambda: put(RENAMED)
        )


@pytest.fixture
def blob_place(container: Any, azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> Any:
    def refusal(status: int, code: str, **headers: str) -> Answer:
        body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{SECRET}</Message></Error>"
        return Answer(status, {"content-type": "application/xml", "x-ms-error-code": code, **headers}, body.encode())

    def put(content: bytes) -> None:
        container.upload_blob("focus/a.csv", content, overwrite=True)

    put(GOOD)
    answers = refusals(
        no_permission=refusal(403, "AuthorizationPermissionMismatch"),
        expired_credential=refusal(401, "InvalidAuthenticationInfo"), throttled=refusal(503, "ServerBusy", **WAIT),
    )  # fmt: skip
    with FaultProxy(f"http://127.0.0.1:{azurite.port}") as proxy:
        text = f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={proxy.url}/{ACCOUNT};"
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", text)
        yield place_behind(
            proxy, answers, uri=f"az://{ACCOUNT}/exports/focus", nowhere=f"az://{ACCOUNT}/nowhere/focus",
            rename_column=lambda: put(RENAMED),
        )  # fmt: skip


class GoogleDoor:
    """Google's refusals behind a proxy; a credential that has expired is a key for which Google gives no token."""

    def __init__(self, proxy: FaultProxy, variable: str, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.proxy, self.variable, self.key, self.monkeypatch = proxy, variable, key, monkeypatch
        self.answer_again()

    def refuse(self, verdict: str) -> None:
        if verdict == "expired credential":
            self.monkeypatch.delenv(self.variable)
            self.monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(self.key))
            return
        status, reason, headers = {
            "no permission": (403, "forbidden", {}), "throttled": (429, "rateLimitExceeded", WAIT)
        }[verdict]  # fmt: skip
        body = f'{{"error": {{"code": {status}, "message": "{SECRET}", "errors": [{{"reason": "{reason}"}}]}}}}'
        answer = Answer(status, {"content-type": "application/json", **headers}, body.encode())
        self.proxy.faults.extend([answer] * 20)

    def answer_again(self) -> None:
        self.proxy.faults.clear()
        self.monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
        self.monkeypatch.setenv(self.variable, self.proxy.url)


@pytest.fixture
def revoked_key(tmp_path: Path) -> Any:
    answer = json.dumps({"error": "invalid_grant", "error_description": SECRET}).encode()
    with serving(FixedAnswer(400, {"content-type": "application/json"}, answer)) as server:
        yield write_google_key(tmp_path / "key.json", f"{server.url}/token")


@pytest.fixture
def gcs_place(gcs: GoogleStorage, revoked_key: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    gcs.put("exports", "focus/a.csv", GOOD)
    with FaultProxy(gcs.url, only_paths_with="/o") as proxy:
        door = GoogleDoor(proxy, "STORAGE_EMULATOR_HOST", revoked_key, monkeypatch)
        yield Place(
            "gs://exports/focus", "gs://nowhere/focus", door.refuse, door.answer_again,
            lambda: gcs.put("exports", "focus/a.csv", RENAMED),
        )  # fmt: skip


@pytest.fixture
def bigquery_place(bigquery: BigQueryServer, revoked_key: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    kinds = {"BillingPeriodStart": "TIMESTAMP", "ChargePeriodStart": "TIMESTAMP", "BilledCost": "NUMERIC"}

    def create(header: str) -> None:
        fields = [{"name": name, "type": kinds.get(name, "STRING")} for name in header.split(",")]
        bigquery.create_table("billing", "focus", fields)
        times = {"BillingPeriodStart": "2026-09-01T07:00:00Z", "ChargePeriodStart": "2026-09-02T00:00:00Z"}
        values = dict(zip(header.split(","), ROW.split(","), strict=True)) | times
        bigquery.insert_rows("billing", "focus", [values], "2026-09-03")

    create(FOCUS)
    with FaultProxy(bigquery.url) as proxy:
        door = GoogleDoor(proxy, "BIGQUERY_EMULATOR_HOST", revoked_key, monkeypatch)
        yield Place(
            "bigquery://p.billing.focus", "bigquery://p.billing.missing", door.refuse, door.answer_again,
            lambda: create(FOCUS.replace("BilledCost", "Cost")),
        )  # fmt: skip


@pytest.fixture
def arm_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    answers = refusals(
        no_permission=Fault(403, "AuthorizationFailed"), expired_credential=Fault(401, "ExpiredAuthenticationToken"),
        throttled=Fault(429, "TooManyRequests", {"x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after": "900"}),
        not_found=Fault(404, "SubscriptionNotFound"),
    )  # fmt: skip
    for name, value in (("TENANT", "11111111-0000-4000-8000-000000000000"), ("APP", "app"), ("SECRET", "right")):
        monkeypatch.setenv(name, value)
    with Arm(tmp_path) as arm:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(arm.certificate))
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", arm.url)
        today = dt.datetime.now(dt.UTC)
        arm.costs = {f"{today:%Y-%m}": [[1.25, int(f"{today:%Y%m}01"), "sub-1", "Storage", "EUR"]]}
        access = (
            f"{{azure: {{management_url: '{arm.url}', tenant_id_env: TENANT, client_id_env: APP, "
            "client_secret_env: SECRET, query_months: 1}}"
        )
        uri = f"'azure-query://subscriptions/s', provider: azure, access: {access}"
        yield Place(
            uri, uri, lambda verdict: arm.faults.extend([answers[verdict]] * 20), arm.faults.clear,
            lambda: setattr(arm, "cost_column", "PreTaxCost"),
        )  # fmt: skip


PLACES = ("s3_place", "blob_place", "gcs_place", "bigquery_place", "arm_place")


@pytest.mark.parametrize("name", PLACES)
def test_each_cause_has_its_own_line(name: str, check: Check, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    place: Place = request.getfixturevalue(name)
    assert check(code=OK, source=place.uri)["source"][0] == "ok"

    if place.nowhere == place.uri:
        place.refuse("not found")
    verdict, detail = check(source=place.nowhere)["source"]
    assert (verdict, "exist" in detail) == ("not found", True)
    place.answer_again()

    for wanted in ("no permission", "expired credential"):
        place.refuse(wanted)
        verdict, detail = check(source=place.uri)["source"]
        assert verdict == wanted, detail
        place.answer_again()
        assert check(code=OK, source=place.uri)["source"][0] == "ok"

    installation = Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")
    report = installation.ingestor().ingest(installation.source("source"))
    assert (len(report.promoted), report.problems) == (1, [])
    place.rename_column()
    verdict, detail = check(source=place.uri)["source"]
    assert verdict == "schema changed", detail
    assert "cost" in detail.lower()

    place.refuse("throttled")
    verdict, detail = check(source=place.uri)["source"]
    assert verdict == "throttled" and detail.endswith("it may be asked again in 15 minutes"), detail
    place.answer_again()
    assert check(source=place.uri)["source"][0] == "circuit open", "it asked to be left alone, and it is"
