"""Folders without manifests, BigQuery months, and the comparison of fetched files with what was promised."""

import datetime as dt
from pathlib import Path

import pytest

from core.errors import SourceError
from ingestion.contracts import DeliveredFile, Delivery, DeliveryError, FileRef, Provider
from ingestion.discovery import delivery_id_for, discover, verify
from tests.unit.ingestion.discovery.memory import MemoryLocation


def test_every_data_file_is_a_delivery_of_unknown_period() -> None:
    objects = {"a/May.CSV": b"1", "a/june.csv.gz": b"2", "b/july.Parquet": b"3", "notes.md": b"", "b/_SUCCESS": b""}
    discovery = discover("x", "focus", MemoryLocation(objects))
    assert [[file.ref.name for file in delivery.files] for delivery in discovery.deliveries] == [
        ["a/May.CSV"],
        ["a/june.csv.gz"],
        ["b/july.Parquet"],
    ]
    assert {(delivery.billing_period, delivery.dataset) for delivery in discovery.deliveries} == {(None, "cost")}
    assert discovery.ignored == ("b/_SUCCESS", "notes.md")


@pytest.mark.parametrize(
    ("name", "is_taken"),
    [
        ("202609/billing-000000000000", True),
        ("202609/billing-000000000011.gz", True),
        ("000000000000", True),
        ("billing-000000000000.json.gz", True),
        ("billing.json", True),
        ("a/billing.NDJSON", True),
        ("billing.jsonl.gz", True),
        ("billing-000000000000.avro", True),
        ("month.csv.zip", True),
        ("month.zip", True),
        ("month.ZIP", True),
        ("month.tsv", True),
        ("month.tsv.gz", True),
        ("month.zip.md", False),
        ("billing-00000000000", False),
        ("billing-000000000000.txt", True),  # what it is, its content tells
        ("billing-000000000000.log", False),
        ("20260901-20260930/manifest.json", False),
        ("export-Manifest.json", False),
        ("_SUCCESS", False),
        ("notes.json.md", False),
    ],
)
def test_what_bigquery_writes_is_a_data_file(name: str, is_taken: bool) -> None:
    discovery = discover("x", "gcp", MemoryLocation({name: b"1", "always.csv": b"1"}))
    taken = {file.ref.name for delivery in discovery.deliveries for file in delivery.files}
    assert taken == ({name, "always.csv"} if is_taken else {"always.csv"})
    assert discovery.ignored == (() if is_taken else (name,))


@pytest.mark.parametrize(
    ("name", "dataset"),
    [
        ("EA_AmortizedCost_Small.csv", "amortised"),
        ("amortised/may.csv", "amortised"),
        ("EA_ActualCost_Small.csv", "actual"),
        ("may.csv", "actual"),
    ],
)
def test_azure_dataset_by_name(name: str, dataset: str) -> None:
    (delivery,) = discover("x", "azure", MemoryLocation({name: b"1"})).deliveries
    assert delivery.dataset == dataset


@pytest.mark.parametrize("provider", ["aws", "azure", "gcp", "focus"])
def test_nothing_to_load_is_an_error(provider: Provider) -> None:
    with pytest.raises(SourceError, match=r"no export files below memory://exports$"):
        discover("x", provider, MemoryLocation({}))
    with pytest.raises(SourceError, match=r"none is an export: notes.md"):
        discover("x", provider, MemoryLocation({"notes.md": b""}))


@pytest.mark.parametrize("provider", ["gcp", "focus"])
def test_months_of_a_table(provider: Provider) -> None:
    location = MemoryLocation({"invoice_month=202604.parquet": b"", "invoice_month=202605.parquet": b"1"})
    discovery = discover("x", provider, location)
    assert [delivery.billing_period for delivery in discovery.deliveries] == [dt.date(2026, 4, 1), dt.date(2026, 5, 1)]
    assert len({delivery.delivery_id for delivery in discovery.deliveries}) == 2


def test_identity_depends_on_names_sizes_and_etags_and_not_on_order() -> None:
    one, two = FileRef("a", 1, "x"), FileRef("b", 2, "y")
    identity = delivery_id_for([one, two])
    assert identity == delivery_id_for([two, one])
    others = [
        [one],
        [one, FileRef("b", 2, "z")],
        [one, FileRef("b", 3, "y")],
        [one, FileRef("c", 2, "y")],
        [one, one, two],
    ]
    assert len({identity, *map(delivery_id_for, others)}) == 6


def delivery(*files: DeliveredFile) -> Delivery:
    return Delivery("x", "aws", "cost", dt.date(2026, 5, 1), "d1", files)


def test_verify_compares_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"12345")
    listed, unknown = FileRef("a.csv", 5, "e"), FileRef("a.csv", 0, "e")
    verify(delivery(DeliveredFile(listed), DeliveredFile(listed, 5), DeliveredFile(unknown)), {"a.csv": path})
    verify(delivery(), {})

    with pytest.raises(DeliveryError, match=r"a.csv has 5 bytes where its manifest promises 6"):
        verify(delivery(DeliveredFile(listed, 6)), {"a.csv": path})
    with pytest.raises(DeliveryError, match=r"a.csv has 5 bytes where its listing promises 7"):
        verify(delivery(DeliveredFile(FileRef("a.csv", 7, "e"))), {"a.csv": path})
    with pytest.raises(DeliveryError, match=r"b.csv of delivery d1 was not fetched"):
        verify(delivery(DeliveredFile(FileRef("b.csv", 5, "e"))), {"a.csv": path})
    path.write_bytes(b"")
    with pytest.raises(DeliveryError, match=r"a.csv has 0 bytes where its manifest promises 5"):
        verify(delivery(DeliveredFile(listed, 5)), {"a.csv": path})
