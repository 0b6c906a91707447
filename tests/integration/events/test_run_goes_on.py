"""A run with a source that is left alone says so and takes the others; no secret is written anywhere on the way."""

import datetime as dt
import json
from pathlib import Path

import boto3
import dagster as dg
import pytest
from dagster._serdes import serialize_value
from mypy_boto3_s3 import S3Client

from cloudcost.installation import Installation
from core.errors import LocationError
from core.instants import utc_now
from ingestion.circuit import CircuitBreaker
from orchestration.defs.ingestion.assets import DELIVERY_CHECK, build_raw_asset
from orchestration.partitions import billing_periods
from orchestration.resources.installation import InstallationResource
from tests.peers.faults import FaultProxy

SECRET = "hunter2-the-external-id"
FOCUS = (
    "BilledCost,EffectiveCost,ListCost,ContractedCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,"
    "ChargePeriodStart,ChargePeriodEnd,BillingAccountId,ChargeCategory,ServiceName,ProviderName,SubAccountId\n"
    "1.5,1.5,1.5,1.5,EUR,2026-09-01,2026-10-01,2026-09-02,2026-09-03,acc,Usage,Compute,Cloud,sub\n"
)
CONFIG = """\
sources:
  - name: payer
    format: focus
    location: s3://exports/focus
    access: {aws: {role_arn: "arn:aws:iam::999988887777:role/billing", external_id_env: PAYER_EXTERNAL_ID}}
  - {name: away, format: focus, location: "s3://exports/away"}
secrets:
  provider: aws_secrets_manager
  values: [{env: PAYER_EXTERNAL_ID, secret: payer, key: external_id}]
"""


def test_the_others_are_taken_and_nothing_secret_is_written(
    s3: S3Client, moto_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    s3.put_object(Bucket="exports", Key="focus/a.csv", Body=FOCUS.encode())
    s3.put_object(Bucket="exports", Key="away/a.csv", Body=FOCUS.encode())
    boto3.client("secretsmanager").create_secret(Name="payer", SecretString=json.dumps({"external_id": SECRET}))
    (tmp_path / "cloudcost.yaml").write_text(CONFIG)
    installation = Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")
    breaker = CircuitBreaker(installation.store, "away", utc_now)
    for _ in range(5):
        breaker.record_failure(LocationError("S3 cannot be reached", "unreachable"))
    (tmp_path / "dagster").mkdir()
    partitions = billing_periods(dt.date(2026, 1, 1))
    assets = [build_raw_asset(source, partitions) for source in installation.config.sources]
    resources = {"installation": InstallationResource.of(installation)}
    with FaultProxy(moto_url) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
        with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
            result = dg.materialize(assets, instance=instance, resources=resources, partition_key="2026-09-01")
            entries = [serialize_value(entry) for entry in instance.all_logs(result.run_id)]
            runs = [str(run) for run in instance.get_runs()]
    assert result.success
    judged = [e for e in result.get_asset_check_evaluations() if e.check_name == DELIVERY_CHECK]
    checks = {e.asset_key.path[-1]: e for e in judged}
    assert (checks["payer"].passed, checks["away"].passed) == (True, False)
    assert "left alone for a while" in str(checks["away"].metadata["problems"])
    assert [s.key.source_name for s, _ in installation.ledger.current_snapshots()] == ["payer"]
    assert not [call for call in proxy.calls if "/away/" in call.path], "what is left alone is not called"
    assert SECRET in next(call.content for call in proxy.calls if b"AssumeRole" in call.content).decode()
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [content for content in written if SECRET.encode() in content]
    assert SECRET not in "".join(entries + runs) + "".join(capfd.readouterr())
