"""Cost Management through its own client library: exports, runs, and the cost query as a source of its own."""

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from cloudcost.config.document import CloudcostConfig
from clouds.access import AzureAccess
from clouds.azure.access import open_credential
from clouds.azure.management import AzureExport, CostManagement
from clouds.politeness import Politeness
from core.errors import LocationError
from core.instants import utc_now
from ingestion.discovery import discover
from ingestion.ingest import Ingestor
from ingestion.landing.local_lake import LocalLake
from ingestion.ledger import Ledger
from ingestion.locations.azure_exports import find_unread_azure_exports
from ingestion.locations.azure_query import AzureQueryLocation, read_daily_totals
from ingestion.source import Source
from state import SqliteStateStore
from tests.integration.locations.peers import FixedAnswer, serving
from tests.peers.arm import Arm, Fault
from tests.peers.patience import HandClock, quick_politeness

SCOPE = "subscriptions/00000000-0000-4000-8000-000000000001"
LIMIT = "x-ms-ratelimit-microsoft.costmanagement"
ENVIRON = {"TENANT": "11111111-0000-4000-8000-000000000000", "APPLICATION": "app", "SECRET": "right"}


@pytest.fixture
def arm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Arm]:
    with Arm(tmp_path) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", server.url)
        server.costs = {
            "2026-10": [
                [1.25, 20261001, "sub-1", "Storage", "EUR"],
                [0.1, 20261002, "sub-1", "Storage", "EUR"],
                [0.2, 20261002, "sub-2", "Virtual Machines", "EUR"],
                [7, 20261031, "sub-3", "Virtual Machines", "USD"],
                [1e-9, 20261031, "sub-2", "Storage", "EUR"],
            ],
            "2026-11": [[3.5, 20261101, "sub-1", "Storage", "EUR"]],
        }
        yield server


def access(arm: Arm, **more: int) -> AzureAccess:
    return AzureAccess(
        tenant_id_env="TENANT",
        client_id_env="APPLICATION",
        client_secret_env="SECRET",
        management_url=arm.url,
        **more,
    )


def service(arm: Arm, politeness: Politeness | None = None, secret: str = "right") -> CostManagement:
    environ = {**ENVIRON, "SECRET": secret, "AZURE_AUTHORITY_HOST": arm.url}
    return CostManagement(SCOPE, access(arm), politeness or quick_politeness(), environ)


def test_exports_are_listed_and_started(arm: Arm) -> None:
    place = {"resourceId": "/subscriptions/s/providers/x/storageAccounts/costs", "container": "exports"}
    arm.exports = [
        {
            "name": name,
            "properties": {
                "definition": {"type": kind, "timeframe": "MonthToDate"},
                "deliveryInfo": {"destination": {**place, "rootFolderPath": "root"}},
                "schedule": {"status": status},
            },
        }
        for name, kind, status in (("focus", "FocusCost", "Inactive"), ("daily", "ActualCost", "Active"))
    ]
    given = access(arm).model_copy(update={"query_scope": SCOPE})
    source = {
        "name": "azure",
        "provider": "azure",
        "location": "https://costs.blob.core.windows.net/exports/root/daily",
    }
    config = CloudcostConfig.model_validate({"sources": [{**source, "access": {"azure": given.model_dump()}}]})
    environ = {**ENVIRON, "AZURE_AUTHORITY_HOST": arm.url}
    assert find_unread_azure_exports(config.sources, environ, ["azure"]) == [
        "Azure export 'focus' (FocusCost), which is switched off: location az://costs/exports/root/focus"
    ]
    assert find_unread_azure_exports(config.sources, environ, []) == []
    costs = service(arm)
    assert costs.list_exports() == [
        AzureExport("daily", "ActualCost", "az://costs/exports/root/daily", True),
        AzureExport("focus", "FocusCost", "az://costs/exports/root/focus", False),
    ]
    costs.run_export("daily")
    assert arm.runs == ["daily"]


def test_daily_totals_are_exact_over_all_pages(arm: Arm) -> None:
    totals = read_daily_totals(service(arm), dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    assert totals == {
        (dt.date(2026, 10, 1), "EUR"): Decimal("1.25"),
        (dt.date(2026, 10, 2), "EUR"): Decimal("0.3"),
        (dt.date(2026, 10, 31), "USD"): Decimal(7),
        (dt.date(2026, 10, 31), "EUR"): Decimal("1E-9"),
    }
    pages = [body for _, path, body in arm.calls if path.endswith("/query")]
    assert len(pages) == 3 and pages[0] == pages[1] == pages[2], "each page is asked for with the same body"


def test_the_service_is_left_alone_as_long_as_its_own_headers_say(arm: Arm) -> None:
    clock = HandClock()
    arm.faults += [
        Fault(429, "TooManyRequests", {f"{LIMIT}-qpu-retry-after": "13", f"{LIMIT}-tenant-retry-after": "5"}),
        Fault(429, "TooManyRequests", {f"{LIMIT}-entity-retry-after": "40", "Retry-After": "2"}),
        Fault(503, "ServiceUnavailable"),
    ]
    read_daily_totals(service(arm, quick_politeness(clock, 5)), dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    assert clock.slept == [13.5, 41.0, 2.0]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(403, "AuthorizationFailed"), "no_permission"),
        (Fault(401, "ExpiredAuthenticationToken"), "expired_credential"),
        (Fault(404, "SubscriptionNotFound"), "not_found"),
        (Fault(400, "BadRequest"), "invalid"),
    ],
)
def test_refusals(arm: Arm, fault: Fault, reason: str) -> None:
    arm.faults += [fault] * 3
    with pytest.raises(LocationError) as caught:
        service(arm).list_exports()
    assert (caught.value.reason, "hunter2" in str(caught.value)) == (reason, False)
    assert SCOPE in str(caught.value)


def test_a_secret_that_ran_out(arm: Arm) -> None:
    with pytest.raises(LocationError) as caught:
        service(arm, secret="old").list_exports()
    assert caught.value.reason == "expired_credential"
    assert "hunter2" not in str(caught.value)


def test_the_query_is_a_source_where_no_export_exists(arm: Arm, tmp_path: Path) -> None:
    def open_source() -> Source:
        environ = {**ENVIRON, "AZURE_AUTHORITY_HOST": arm.url}
        location = AzureQueryLocation(
            f"azure-query://{SCOPE}", access(arm), quick_politeness(), environ, lambda: dt.date(2026, 11, 2)
        )
        return Source("azure_small", "azure", "cost_details", location, "EUR")

    found = discover("azure_small", "azure", open_source().location)
    assert found.problems == () and len(found.deliveries) == 2
    ledger = Ledger(SqliteStateStore(tmp_path / "state.sqlite"), utc_now)
    ingestor = Ingestor(LocalLake(tmp_path / "lake"), ledger)
    report = ingestor.ingest(open_source())
    assert report.problems == []
    totals = {
        (j.key.billing_period.month, t.billing_currency): t.file_total
        for j in report.promoted
        for t in j.profile.control_totals
    }
    assert totals == {(10, "EUR"): Decimal("1.550000001"), (10, "USD"): Decimal(7), (11, "EUR"): Decimal("3.5")}
    assert ingestor.ingest(open_source()).unchanged == 2, "the same answer is the same delivery"
    arm.costs["2026-10"][0][0] = 1.5
    assert [j.key.billing_period.month for j in ingestor.ingest(open_source()).promoted] == [10]


def test_a_managed_identity_is_asked_for_by_its_client_id(monkeypatch: pytest.MonkeyPatch) -> None:
    token = {"access_token": "t", "expires_on": "4000000000", "resource": "r", "token_type": "Bearer"}
    with serving(FixedAnswer(200, {"content-type": "application/json"}, json.dumps(token).encode())) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/token")
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        credential = open_credential(AzureAccess(managed_identity_client_id="identity-1"), {})
        assert credential.get_token("https://management.azure.com/.default").token == "t"
    assert "client_id=identity-1" in server.calls[0]


def test_months_over_a_new_year() -> None:
    from ingestion.locations.azure_query import find_months

    assert find_months(dt.date(2026, 1, 31), 3) == [
        (dt.date(2025, 11, 1), dt.date(2025, 11, 30)),
        (dt.date(2025, 12, 1), dt.date(2025, 12, 31)),
        (dt.date(2026, 1, 1), dt.date(2026, 1, 31)),
    ]
