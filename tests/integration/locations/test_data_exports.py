"""AWS data exports found by their own service: resolved by name, and those that nobody configured."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mypy_boto3_s3 import S3Client

from cloudcost.config.document import CloudcostConfig
from clouds.access import AwsAccess
from core.errors import LocationError
from ingestion.locations import open_location
from ingestion.locations.export_catalogue import find_unread_exports, list_exports
from tests.peers.aws_services import AwsServices, Fault
from tests.peers.patience import HandClock, quick_politeness

ARN = "arn:aws:bcm-data-exports:us-east-1:111122223333:export/"
EXPORTS = {"cur2-daily": ("exports", "billing/cur"), "focus": ("exports", ""), "old": ("archive", "/cur/")}


def get_export(request: dict[str, Any]) -> dict[str, Any]:
    name = request["ExportArn"].removeprefix(ARN)
    bucket, prefix = EXPORTS[name]
    output = {"Format": "PARQUET", "Compression": "PARQUET", "OutputType": "CUSTOM", "Overwrite": "OVERWRITE_REPORT"}
    place = {"S3Bucket": bucket, "S3Prefix": prefix, "S3Region": "eu-central-1", "S3OutputConfigurations": output}
    export = {
        "Name": name,
        "DataQuery": {"QueryStatement": "SELECT * FROM COST_AND_USAGE_REPORT"},
        "DestinationConfigurations": {"S3Destination": place},
        "RefreshCadence": {"Frequency": "SYNCHRONOUS"},
    }
    return {"Export": export, "ExportStatus": {"StatusCode": "UNHEALTHY" if name == "old" else "HEALTHY"}}


@pytest.fixture
def exports(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsServices]:
    def list_page(request: dict[str, Any]) -> dict[str, Any]:
        names = sorted(EXPORTS)
        start = int(request.get("NextToken", 0))
        page = [
            {"ExportArn": ARN + name, "ExportName": name, "ExportStatus": {"StatusCode": "HEALTHY"}}
            for name in names[start : start + 2]
        ]
        return {"Exports": page, **({"NextToken": str(start + 2)} if start + 2 < len(names) else {})}

    with AwsServices() as services:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BCM_DATA_EXPORTS", services.url)
        services.on("bcm-data-exports", "ListExports", list_page)
        services.on("bcm-data-exports", "GetExport", get_export)
        yield services


def test_an_export_is_read_by_its_name(exports: AwsServices, s3: S3Client, tmp_path: Path) -> None:
    s3.put_object(Bucket="exports", Key="billing/cur/cur2-daily/data/a.parquet", Body=b"1")
    s3.put_object(Bucket="exports", Key="billing/cur/cur2-daily-old/data/a.parquet", Body=b"1")
    location = open_location("bcm-data-exports://cur2-daily", tmp_path)
    (file,) = location.list_files()
    assert (file.name, location.read_bytes(file)) == ("data/a.parquet", b"1")
    assert location.fetch(file, tmp_path).read_bytes() == b"1"
    assert [operation for operation, _ in exports.calls] == ["ListExports"] * 2 + ["GetExport"] * 3, "looked up once"


def test_an_export_that_is_not_there(exports: AwsServices, tmp_path: Path) -> None:
    with pytest.raises(LocationError) as caught:
        open_location("bcm-data-exports://cur3", tmp_path).list_files()
    assert caught.value.reason == "not_found"
    assert str(caught.value) == ("there is no data export 'cur3' in the account; there are: cur2-daily, focus, old")
    with pytest.raises(LocationError, match="names no export"):
        open_location("bcm-data-exports://", tmp_path)


def test_throttling_is_waited_for_and_refusals_are_told(exports: AwsServices) -> None:
    clock = HandClock()
    exports.faults += [Fault(400, "ThrottlingException", {"retry-after": "8"}), Fault(500, "InternalServerException")]
    assert len(list_exports(AwsAccess(), {}, quick_politeness(clock))) == 3
    assert clock.slept == [8.5, 1.0]
    exports.faults.append(Fault(400, "AccessDeniedException"))
    with pytest.raises(LocationError) as caught:
        list_exports(AwsAccess(), {})
    assert caught.value.reason == "no_permission"
    assert "hunter2" not in str(caught.value)
    assert "may not bcm-data-exports:ListExports" in str(caught.value)


def test_exports_that_no_source_reads(exports: AwsServices) -> None:
    config = CloudcostConfig.model_validate(
        {
            "sources": [
                {"name": "aws_prod", "provider": "aws", "location": "s3://exports/billing"},
                {"name": "aws_focus", "format": "focus", "location": "bcm-data-exports://focus"},
                {"name": "azure", "provider": "azure", "location": "./azure"},
            ]
        }
    )
    assert find_unread_exports(config.sources, {}, ["aws_prod", "azure"]) == [
        "AWS data export 'old', which AWS calls UNHEALTHY: location s3://archive/cur/old"
    ]
    exports.calls.clear()
    assert find_unread_exports(config.sources, {}, ["azure"]) == []
    assert exports.calls == [], "AWS is not asked where no source of AWS can be read"
