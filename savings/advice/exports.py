"""The newest state of a table that AWS Data Exports writes as it is today, such as the recommendations: its rows.

Every refresh is the whole table, in a folder of its own (`data/<partition>/…`, by day where the export creates new
files), so the newest one counts and older ones are what was advised before. Manifests (`metadata/<partition>/…`) are
written after their files and name them; a copy without manifests is read by its folders.
Source: https://docs.aws.amazon.com/cur/latest/userguide/dataexports-export-delivery.html; the name of the table's
partition is not stated there and is not relied on.
"""

import datetime as dt
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from core.errors import SourceError, first_line
from ingestion.contracts import NOTHING, DeliveryError, FileRef, Location
from ingestion.discovery.deliveries import is_data_file, name_some
from ingestion.discovery.manifests import FileIndex, read_manifest
from ingestion.expressions.sql import connect_scratch
from ingestion.reading.native import read_native_file
from savings.advice.cells import Cells

_MANIFEST = re.compile(r"(?:^|/)([^/]+)-manifest\.json$", re.IGNORECASE)
_PLACE = re.compile(r"(?:^|/)metadata/([^/]+)/(?:(.+)/)?[^/]+$", re.IGNORECASE)
#: What tells the time of a partition or of a refresh in the name of its folder.
_TIME = re.compile(r"\d{4}-\d\d(?:-\d\d(?:T[\d:.]+Z?)?)?")
_BEGINNING = dt.datetime.min.replace(tzinfo=dt.UTC)
_FETCHED = 10_000


@dataclass(frozen=True)
class Refresh:
    """One whole state of a table: its files, and when it was written."""

    files: tuple[FileRef, ...]
    written_at: dt.datetime | None


def find_refreshes(location: Location, needed: str) -> list[Refresh]:
    """Of each export at the location that has a column ``needed``, the newest refresh.

    Raises `SourceError` where there is none, or where a manifest names files that are not there.
    """
    files = location.list_files()
    faulty = [file for file in files if file.fault]
    if faulty:
        raise DeliveryError(f"{faulty[0].name}: {faulty[0].fault}")
    manifests: defaultdict[str, list[FileRef]] = defaultdict(list)
    for file in files:
        if (match := _MANIFEST.search(file.name)) is not None:
            manifests[_name_export(file.name, match[1])].append(file)
    if not manifests:
        return _find_plain(location, files)
    index, found = FileIndex(files), []
    for same in manifests.values():
        newest = max(same, key=_age)
        manifest = read_manifest(location, newest)
        if _has_column(manifest, needed):
            found.append(_read_refresh(newest, manifest, index))
    if not found:
        raise DeliveryError(f"{location.uri} holds no export with a column {needed}")
    return found


def read_rows(location: Location, refresh: Refresh) -> Iterator[Cells]:
    """The rows of a refresh, with column names in lower case. `SourceError` for a file that cannot be read whole."""
    with tempfile.TemporaryDirectory(prefix="cloudcost-advice-") as folder, connect_scratch() as connection:
        for number, file in enumerate(refresh.files):
            workspace = Path(folder) / str(number)
            workspace.mkdir()
            path = location.fetch(file, workspace)
            native = read_native_file(connection, path, file.name, workspace / "work", NOTHING)
            try:
                cursor = connection.execute(f"select * from {native.reader_sql}")
                names = [column[0].lower() for column in cursor.description]
                count = 0
                while rows := cursor.fetchmany(_FETCHED):
                    for row in rows:
                        count += 1
                        yield Cells(f"{file.name}, row {count:,}", dict(zip(names, row, strict=True)))
            except duckdb.Error as error:
                raise DeliveryError(f"{file.name}: cannot be read to its end ({first_line(error)})") from error


def _name_export(name: str, written: str) -> str:
    """What an export's manifests have in common: what stands before `metadata/`, and its name."""
    folder = re.split(r"(?:^|/)metadata/", name, maxsplit=1, flags=re.IGNORECASE)
    return f"{folder[0] if len(folder) > 1 else ''}/{written}".lower()


def _age(file: FileRef) -> tuple[str, bool, str, dt.datetime]:
    """By the time of its partition; within one, its own manifest, which is overwritten, before those of refreshes."""
    partition, refresh = match.groups() if (match := _PLACE.search(file.name)) is not None else ("", None)
    return _read_time(partition), refresh is None, _read_time(refresh or ""), file.modified_at or _BEGINNING


def _read_time(folder: str) -> str:
    return max(_TIME.findall(folder), default="")


def _has_column(manifest: Mapping[str, Any], needed: str) -> bool:
    """Whether the manifest's table has the column; one that does not list its columns may."""
    columns = manifest.get("columns")
    if not isinstance(columns, list):
        return True
    names = {str(one.get("name", "")).lower() for one in columns if isinstance(one, dict)}
    return not names or needed in names


def _read_refresh(file: FileRef, manifest: Mapping[str, Any], index: FileIndex) -> Refresh:
    keys = manifest.get("dataFiles")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise DeliveryError(f"the manifest {file.name} has no list of data files (dataFiles)")
    found = {key: index.resolve(key, file.name) for key in keys}
    missing = [key for key, ref in found.items() if ref is None]
    if missing:
        raise DeliveryError(
            f"the manifest {file.name} lists {len(missing)} of {len(keys)} data files that are not there: "
            f"{name_some(missing)}"
        )
    refs = {ref.name: ref for ref in found.values() if ref is not None}
    return Refresh(tuple(refs.values()), file.modified_at)


def _find_plain(location: Location, files: Sequence[FileRef]) -> list[Refresh]:
    """Without manifests: the files of the newest folder."""
    folders: defaultdict[str, list[FileRef]] = defaultdict(list)
    for file in files:
        if is_data_file(file.name):
            folders[file.name.rpartition("/")[0]].append(file)
    if not folders:
        raise SourceError(f"{location.uri} holds no data file yet")

    def age(folder: str) -> tuple[str, dt.datetime]:
        return _read_time(folder), _written_at(folders[folder]) or _BEGINNING

    newest = folders[max(folders, key=age)]
    return [Refresh(tuple(sorted(newest, key=lambda file: file.name)), _written_at(newest))]


def _written_at(files: Sequence[FileRef]) -> dt.datetime | None:
    return max((file.modified_at for file in files if file.modified_at is not None), default=None)
