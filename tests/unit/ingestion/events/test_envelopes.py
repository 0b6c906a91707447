"""What each cloud's message says, in the forms that their documentation shows."""

import base64
import json
from typing import Any

import pytest

from ingestion.events.envelopes import EnvelopeError, read_envelope
from ingestion.routing import find_source
from ingestion.sections.sources import SourceConfig

S3_RECORD = {
    "eventVersion": "2.1",
    "eventSource": "aws:s3",
    "eventName": "ObjectCreated:Put",
    "s3": {"bucket": {"name": "exports"}, "object": {"key": "cur/my+daily%3D1/data%2Ba.parquet", "size": 5}},
}
NOTIFICATION = {"Records": [S3_RECORD]}
EVENT_BRIDGE = {
    "version": "0",
    "source": "aws.s3",
    "detail-type": "Object Created",
    "detail": {"bucket": {"name": "exports"}, "object": {"key": "cur/my daily=1/data+a.parquet"}},
}
BLOB_URL = "https://costs.blob.core.windows.net/exports/daily/20260901-20260930/my%20run/manifest.json"
EVENT_GRID = {
    "topic": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/costs",
    "subject": "/blobServices/default/containers/exports/blobs/daily",
    "eventType": "Microsoft.Storage.BlobCreated",
    "data": {"api": "PutBlob", "url": BLOB_URL},
}
CLOUD_EVENT = {"specversion": "1.0", "type": "Microsoft.Storage.BlobCreated", "data": {"url": BLOB_URL}}
OBJECT = "s3://exports/cur/my daily=1/data+a.parquet"
BLOB = "az://costs/exports/daily/20260901-20260930/my run/manifest.json"


def encode(content: Any) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    ("body", "addresses"),
    [
        (json.dumps(NOTIFICATION), [OBJECT]),
        (json.dumps({"Records": [S3_RECORD, S3_RECORD]}), [OBJECT]),
        (json.dumps({"Type": "Notification", "TopicArn": "t", "Message": json.dumps(NOTIFICATION)}), [OBJECT]),
        (json.dumps(EVENT_BRIDGE), [OBJECT]),
        (json.dumps(EVENT_GRID), [BLOB]),
        (encode(EVENT_GRID), [BLOB]),
        (encode([EVENT_GRID, CLOUD_EVENT]), [BLOB]),
        (json.dumps(CLOUD_EVENT), [BLOB]),
        # a rename, and what is no new object
        (json.dumps({**CLOUD_EVENT, "type": "Microsoft.Storage.BlobRenamed",
                     "data": {"destinationUrl": BLOB_URL, "sourceUrl": "x"}}), [BLOB]),
        (json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "exports"}), []),
        (json.dumps({"Records": [{**S3_RECORD, "eventName": "ObjectRemoved:Delete"}]}), []),
        (json.dumps({**EVENT_BRIDGE, "detail-type": "Object Deleted"}), []),
        (json.dumps({**EVENT_GRID, "eventType": "Microsoft.Storage.BlobDeleted"}), []),
    ],
)  # fmt: skip
def test_objects_that_were_written(body: str, addresses: list[str]) -> None:
    assert [written.address for written in read_envelope(body)] == addresses


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "no JSON"),
        ("hello there!", "neither JSON nor base64"),
        ("{", "no JSON"),
        ("aGVsbG8=", "no JSON"),
        ("[1]", "a int where an object is expected"),
        ("{}", "no event of a known kind"),
        (json.dumps({"hello": 1}), "its keys are hello"),
        (json.dumps({"Records": [{"eventName": "ObjectCreated:Put"}]}), "no S3 event"),
        (json.dumps({"Records": ["x"]}), "no S3 event"),
        (json.dumps({**EVENT_BRIDGE, "detail": {}}), "names no bucket and key"),
        (json.dumps({**EVENT_GRID, "data": {}}), "names no address"),
        (json.dumps({**EVENT_GRID, "data": "x"}), "names no address"),
        (json.dumps({**EVENT_GRID, "data": {"url": "https://"}}), "names no address"),
    ],
)
def test_what_is_no_event_is_never_guessed_at(body: str, message: str) -> None:
    with pytest.raises(EnvelopeError, match=message):
        read_envelope(body)


def test_the_source_that_reads_an_object() -> None:
    sources = [
        SourceConfig.model_validate(source)
        for source in (
            {"name": "cur", "location": "s3://exports/cur/", "provider": "aws"},
            {"name": "one", "location": "s3://exports/one.parquet"},
            {"name": "azure", "location": "https://costs.blob.core.windows.net/exports/my%20daily"},
            {"name": "local", "location": "./exports"},
        )
    ]
    found = {
        address: find_source(address, sources)
        for address in (
            "s3://exports/cur/a",
            "s3://exports/cur-old/a",
            "s3://exports/one.parquet",
            "az://costs/exports/my daily/m.json",
            "az://costs/exports/other",
        )
    }
    assert list(found.values()) == ["cur", None, "one", "azure", None]
    by_name = [SourceConfig(name="named", location="bcm-data-exports://daily")]
    assert find_source("s3://anywhere/at/all", by_name) == "named"
