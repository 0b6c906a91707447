"""A file that the configuration names and that cannot be read is one sentence with file, row, column and value."""

from pathlib import Path

import pytest

from cloudcost.settings_tables.csv_files import read_csv
from warehouse.settings_contracts import SettingsError

HEADER = b"date,value\n"


def read(path: Path) -> list[tuple[object, object]]:
    return [(row.date("date"), row.number("value")) for row in read_csv(path, ("date", "value"), ("dimension",))]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEADER + b"2025-01-01,1e400\n", ":2: value '1e400' has more than 26 digits before or 12 after the point"),
        (HEADER + b"2025-01-01,1e-400\n", ":2: value '1e-400' has more than 26 digits before or 12 after the point"),
        (HEADER + b"2025-01-01,1e99999999999999999999\n", ":2: value '1e99999999999999999999' "),
        (HEADER + b"2025-01-01,1\n2025-01-02,-inf\n", ":3: value '-inf' is no number"),
        (HEADER + b"2025-01-01,NaN\n", ":2: value 'NaN' is no number"),
        (HEADER + b"2025-01-01,sNaN1\n", ":2: value 'sNaN1' is no number"),
        (HEADER + b'2025-01-01,"1,5"\n', ":2: value '1,5' is no number"),
        (HEADER + b"2025-01-01," + b"9" * 5000 + b"\n", ":2: value '" + b"9".decode() * 100 + "...' has more"),
        (HEADER + b"0001-01-01,1\n", ":2: date 0001-01-01 is not between 1970-01-01 and 2199-12-31"),
        (HEADER + b"9999-12-31,1\n", ":2: date 9999-12-31 is not between 1970-01-01 and 2199-12-31"),
        (HEADER + b"2026-13-01,1\n", ":2: date '2026-13-01' is no date like 2025-04-30"),
        (HEADER + b"2025-01-01,1\n2025-01-02,\xa31\n", ":3: byte 0xa3 is not UTF-8; save the file as UTF-8"),
        ((HEADER + b"2025-01-01,1\n").decode().encode("utf-16"), ":1: byte 0xff is not UTF-8"),
        (HEADER + b"2025-01-01,\x001\n", ":2: holds a NUL character"),
        (HEADER + b'2025-01-01,"1\n', ":2: cannot be read: unexpected end of data"),
        (HEADER + b"2025-01-01," + b"1" * 3_000_000, ":2: cannot be read: field larger than field limit"),
        (b"date,valeu\n", ":1: column 'value' is missing; there are date, value, dimension"),
        (b"date,value,value\n", ":1: column 'value' is not expected"),
        (b"date,value," + b"x" * 5000 + b"\n", ":1: column '" + "x" * 100 + "...' is not expected"),
        (b"", ":1: column 'date' is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_names_row_column_and_value(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as error:
        read(path)
    assert str(error.value).startswith(f"{path}{message}") and len(str(error.value)) < 500


def test_what_is_no_file_or_too_large_is_named(tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(65 << 20)
    for path, message in {
        tmp_path: "is a folder, not a file",
        Path("/dev/zero"): "is no regular file",
        large: "is larger than 67,108,864 bytes",
    }.items():
        with pytest.raises(SettingsError, match=message):
            read(path)


def test_a_spreadsheets_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_bytes(b"\xef\xbb\xbfDate , VALUE\r\n\r\n2025-01-01, +1.50 \r\n,\r\n")
    assert [(str(day), str(value)) for day, value in read(tmp_path / "f.csv")] == [("2025-01-01", "1.50")]
