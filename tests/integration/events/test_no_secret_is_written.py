"""Credentials of every kind, in runs that succeed and runs whose provider refuses and quotes them: written nowhere."""

import datetime as dt
import os
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._serdes import serialize_value

from cli.commands.check import check_sources
from cloudcost.installation import Installation
from core.errors import FAILED
from orchestration.defs.ingestion.assets import DELIVERY_CHECK, build_raw_asset
from orchestration.partitions import billing_periods
from orchestration.resources.installation import InstallationResource
from tests.integration.events.test_run_goes_on import FOCUS
from tests.integration.locations.peers import FixedAnswer, serving, write_google_key
from tests.peers.arm import Arm
from tests.peers.aws_services import AwsServices, Fault
from tests.peers.azurite import ACCOUNT
from tests.peers.faults import Answer, FaultProxy

#: Planted, and found in the requests and answers of the peers; nothing may put one on disk or on the screen.
SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "planted-aws-secret-0f1e2d3c4b5a",
    "AWS_SESSION_TOKEN": "planted-aws-token-5a4b3c2d1e0f",
    "AZURE_SECRET": "planted-azure-secret-77aa88bb99cc",
}
ACCOUNT_KEY = "cGxhbnRlZC1zdG9yYWdlLWtleS0xMjM0NTY3ODkwYWI="
QUOTED = "planted-answer-that-quotes-a-secret"


def find_written(root: Path, but: Path, secrets: list[str]) -> list[tuple[Path, str]]:
    """Every file of the installation that holds one of the secrets; ``but`` is the key that a person put there."""
    files = [path for path in root.rglob("*") if path.is_file() and path != but]
    return [(path, secret) for path in files for secret in secrets if secret.encode() in path.read_bytes()]


def test_nothing_secret_is_written(
    s3: Any, moto_url: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    s3.put_object(Bucket="exports", Key="focus/a.csv", Body=FOCUS.encode())
    s3.put_object(Bucket="exports", Key="denied/a.csv", Body=FOCUS.encode())
    for name, value in {**SECRETS, "TENANT": "11111111-0000-4000-8000-000000000000", "APP": "app"}.items():
        monkeypatch.setenv(name, value)
    xml = {"content-type": "application/xml"}
    denied = Answer(403, xml, f"<Error><Code>AccessDenied</Code><Message>{QUOTED}</Message></Error>".encode())
    refused = (
        f"<?xml version='1.0'?><Error><Code>AuthenticationFailed</Code><Message>sig={QUOTED}</Message></Error>".encode()
    )
    revoked = f'{{"error": "invalid_grant", "error_description": "{QUOTED}"}}'.encode()
    with (
        FaultProxy(moto_url, [denied] * 40, only_paths_with="denied") as proxy,
        serving(FixedAnswer(403, {**xml, "x-ms-error-code": "AuthenticationFailed"}, refused)) as blob,
        serving(FixedAnswer(400, {"content-type": "application/json"}, revoked)) as google,
        Arm(tmp_path_factory.mktemp("arm")) as arm,
        AwsServices(faults=[Fault(400, "AccessDeniedException")] * 9) as services,
    ):
        monkeypatch.setenv("AWS_ENDPOINT_URL_BCM_DATA_EXPORTS", services.url)
        key = write_google_key(tmp_path / "key.json", f"{google.url}/token")
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(arm.certificate))
        monkeypatch.setenv("AZURE_AUTHORITY_HOST", arm.url)
        monkeypatch.setenv(
            "AZURE_STORAGE_CONNECTION_STRING",
            f"AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};BlobEndpoint={blob.url}/{ACCOUNT};",
        )
        access = (
            f"{{azure: {{management_url: '{arm.url}', tenant_id_env: TENANT, client_id_env: APP, "
            "client_secret_env: AZURE_SECRET}}"
        )
        (tmp_path / "cloudcost.yaml").write_text(
            "sources:\n"
            "  - {name: good, format: focus, location: 's3://exports/focus'}\n"
            "  - {name: denied, format: focus, location: 's3://exports/denied'}\n"
            f"  - {{name: blob, provider: azure, location: 'az://{ACCOUNT}/exports'}}\n"
            f"  - {{name: query, provider: azure, location: 'azure-query://subscriptions/s', access: {access}}}\n"
            "  - {name: table, provider: gcp, location: 'bigquery://p.billing.t'}\n"
        )
        installation = Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")
        assets = [
            build_raw_asset(source, billing_periods(dt.date(2026, 1, 1))) for source in installation.config.sources
        ]
        resources = {"installation": InstallationResource.of(installation)}
        (tmp_path / "dagster").mkdir()
        with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
            result = dg.materialize(assets, instance=instance, resources=resources, partition_key="2026-09-01")
            written = [serialize_value(entry) for entry in instance.all_logs(result.run_id)]
            written += [f"{run} {run.run_config} {run.tags}" for run in instance.get_runs()]
            written += [str(instance.get_latest_materialization_event(asset.key)) for asset in assets]
        assert check_sources(installation) == FAILED
    judged = [e for e in result.get_asset_check_evaluations() if e.check_name == DELIVERY_CHECK]
    passed = {e.asset_key.path[-1]: e.passed for e in judged}
    assert passed == {"good": True, "denied": False, "blob": False, "query": False, "table": False}
    sent = str([(call.headers, call.content) for call in proxy.calls])
    assert SECRETS["AWS_SESSION_TOKEN"] in sent, "they were used"

    secrets = [*SECRETS.values(), ACCOUNT_KEY, QUOTED, key.read_text().split("\\n")[5]]
    assert all(len(secret) > 20 for secret in secrets)
    assert find_written(tmp_path, key, secrets) == []
    shown = "".join(written) + "".join(capfd.readouterr())
    assert [secret for secret in secrets if secret in shown] == []
    assert len(written) > 20 and os.environ["AZURE_SECRET"] in secrets
