"""What a file is, going by its first bytes and only then by its name."""

import gzip

import pytest

from ingestion.reading.sniffing import Kind, name_foreign_kind, name_no_export, sniff_kind


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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04\x14\x00", "another archive or an Office document"),
        (b"PK;cost\n1;2\n", None),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\r", "no text"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "no text"),
        ("Kosten;Währung\n".encode("cp1252"), None),
        ("Kosten;Währung\n".encode("utf-16"), None),
        (gzip.compress(b"a,b\n", mtime=0), None),
        (b"PAR1\x15\x04", None),
        (b"", None),
    ],
)
def test_what_bytes_show_to_be_no_export(content: bytes, words: str | None) -> None:
    assert name_no_export(content) == words
