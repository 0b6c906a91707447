"""Archives that are called nothing but `.zip`: what may be an export is named, what is none is left alone and said."""

import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.ingest.conftest import SEPTEMBER, Desk
from tests.unit.ingestion.exports import cur_rows, write_csv

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def zip_of(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def good(desk: Desk) -> Desk:
    write_csv(desk.exports / "september.csv", cur_rows(["1", "2"], SEPTEMBER))
    return desk


@pytest.mark.parametrize(
    "content",
    [
        zip_of(),
        zip_of(**{"a/": b""}),
        zip_of(**{"invoice.pdf": b"%PDF-1.7"}),
        zip_of(**{"logo.png": PNG}),
        zip_of(**{"report.xlsx": zip_of(a=b"1")}),
        zip_of(**{"a.pdf": b"%PDF-1.7", "b.png": PNG}),
    ],
    ids=["empty", "folders", "a PDF", "a picture", "a workbook", "two papers"],
)
def test_an_archive_of_something_else_holds_nothing_up(good: Desk, content: bytes) -> None:
    (good.exports / "papers.zip").write_bytes(content)
    for _ in range(2):
        report = good.ingest()
        assert report.problems == []
        assert any("papers.zip: the zip archive " in notice for notice in report.notices)
    assert good.totals() == {"2026-09": (Decimal(3), 2)}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("more.zip", zip_of(**{"feb.json": b"{}", "mar.json": b"{}"}), "holds 2 files where one is expected"),
        ("bill.csv.zip", zip_of(), "the zip archive is empty where one file is expected"),
        ("bill.csv.zip", zip_of(**{"a.pdf": b"%PDF-1.7"}), "is a PDF document"),
    ],
)
def test_an_archive_that_may_be_an_export_is_named(good: Desk, name: str, content: bytes, message: str) -> None:
    (good.exports / name).write_bytes(content)
    (problem,) = good.problems()
    assert problem.startswith(f"{name}: ") and message in problem


def test_an_archive_of_one_export_is_taken(desk: Desk, tmp_path: Path) -> None:
    bill = write_csv(tmp_path / "bill", cur_rows(["1", "2"], SEPTEMBER)).read_bytes()
    (desk.exports / "september.zip").write_bytes(zip_of(bill=bill))
    assert desk.problems() == [] and desk.totals() == {"2026-09": (Decimal(3), 2)}
