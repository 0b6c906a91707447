"""What a file is, going by its first bytes and only then by its name."""

import gzip

import pytest

from orchestration.sources.sniffing import Kind, name_foreign_kind, sniff_kind


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"PAR1\x15\x04", "billing.csv", "parquet"),
        (b"Obj\x01\x04\x14avro.codec", "billing-000000000000", "avro"),
        (gzip.compress(b"a,b\n", mtime=0), "billing.csv", "gzip"),
        (b"PK\x03\x04\x14\x00", "billing.csv", "zip"),
        (b'{"cost": 1}\n', "billing-000000000000", "json"),
        (b'\xef\xbb\xbf \r\n{"cost": 1}\n', "billing.csv", "json"),
        (b'[\n  {"cost": 1}]', "billing.txt", "json"),
        (b"[]", "billing.json", "json"),
        (b"cost,currency\n1,USD\n", "billing.parquet", "csv"),
        (b"[Cost],Currency\n1,USD\n", "billing.csv", "csv"),
        ("Kosten,Währung\n".encode("utf-16"), "billing.csv", "csv"),
        # where the bytes say nothing, the name does
        (b"", "billing.parquet", "parquet"),
        (b"", "billing.avro", "avro"),
        (b"\n \n", "billing.ndjson", "json"),
        (b"", "billing-000000000000", "csv"),
        (b"\x00\x01\x02\x03", "billing.Parquet", "parquet"),
        (b"PAR\x00\x15\x04", "billing.csv", "csv"),
    ],
)
def test_content_tells_the_kind(content: bytes, name: str, kind: Kind) -> None:
    assert sniff_kind(content, name) == kind


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PARE", "an encrypted Parquet file"),
        (b"ORC\n", "an ORC file"),
        (b"<!DOCTYPE html>", "an HTML or XML page"),
        (b"cost,currency", None),
        (b"", None),
    ],
)
def test_what_is_no_export_is_named(content: bytes, words: str | None) -> None:
    assert name_foreign_kind(content) == words
