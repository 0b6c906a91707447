"""The Parquet files that hold the rows of the largest models, one or more per source and billing period.

dbt writes them (`dbt_project/macros/period_files.sql`); the table `intermediate.period_files` names the current ones. A
file is never changed once it is written. Here they are looked after: those that nothing names any more are removed,
what a disk or a hand has taken is found, and a home that was moved finds its own.
"""

import datetime as dt
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.expressions.sql import quote_path

#: How a Parquet file begins and ends.
MAGIC = b"PAR1"
_LITERAL = re.compile(r"'(?:[^']|'')*'")


@dataclass(frozen=True)
class PeriodFile:
    """A current file: of which model, source and billing period its rows are, and its bytes when it was written."""

    model: str
    source_name: str
    billing_period: dt.date
    path: Path
    size: int

    @property
    def is_whole(self) -> bool:
        """Whether it is there, as long as it was, and ends as a Parquet file does: what is cut in writing does not."""
        try:
            with self.path.open("rb") as file:
                file.seek(-len(MAGIC), os.SEEK_END)
                return file.read() == MAGIC and file.tell() == self.size
        except OSError:
            return False


def files_folder(warehouse: Path) -> Path:
    """Where the files of a warehouse file are; the macro names the same folder."""
    return Path(f"{warehouse}.files")


def list_files(connection: Any) -> list[PeriodFile]:
    """The current files; none before the first build, or in a warehouse that an earlier release made."""
    found = "select count(*) from duckdb_tables() where schema_name = 'intermediate' and table_name = 'period_files'"
    if not connection.execute(found).fetchall()[0][0]:
        return []
    query = "select model_name, source_name, billing_period, path, size_bytes from intermediate.period_files"
    rows = connection.execute(f"{query} order by all").fetchall()
    return [PeriodFile(model, source, period, Path(path), size) for model, source, period, path, size in rows]


def take_over_moved(connection: Any, folder: Path) -> int:
    """Point models at their files in this folder where they name others elsewhere: the home was moved or copied.

    In one transaction; returns how many files it was.
    """
    moved = [
        (file, own)
        for file in list_files(connection)
        if not file.path.is_relative_to(folder) and (own := _own_place(file.path, folder)).is_file()
    ]
    if not moved:
        return 0
    connection.begin()
    replace_paths(connection, {str(file.path): str(own) for file, own in moved})
    connection.commit()
    return len(moved)


def replace_paths(connection: Any, paths: dict[str, str]) -> None:
    """Let the list of files and the views of their models name other paths, in the caller's transaction."""
    models = {file.model for file in list_files(connection) if str(file.path) in paths}
    if not models:
        return
    connection.execute("create or replace temporary table other_paths (old varchar, new varchar)")
    olds, news = list(paths), list(paths.values())
    connection.execute("insert into other_paths select unnest(?), unnest(?)", [olds, news])
    connection.execute("update intermediate.period_files set path = new from other_paths where path = old")
    quoted = {quote_path(Path(old)): quote_path(Path(new)) for old, new in paths.items()}
    views = "select schema_name, view_name, sql from duckdb_views() where not internal and not temporary"
    for schema, name, sql in connection.execute(views).fetchall():
        if name in models:
            definition = _LITERAL.sub(lambda found: quoted.get(found[0], found[0]), sql).removeprefix("CREATE VIEW ")
            connection.execute(f'drop view "{schema}"."{name}"')
            connection.execute(f"create view {definition}")
    connection.execute("drop table other_paths")


def remove_unused(connection: Any, folder: Path) -> tuple[int, int]:
    """Remove the files of this folder that no model names, which nobody may be building meanwhile; how many, and bytes.

    A home that was moved or copied finds its own first: while its models name those of the old place, all of these
    would be unused. Those of a publication stay: it has names of its own for them.
    """
    take_over_moved(connection, folder)
    current = {file.path.resolve() for file in list_files(connection)}
    count = size = 0
    for path in _walk(folder):
        if path.resolve() not in current:
            size += path.stat().st_size
            path.unlink()
            count += 1
    return count, size


def _walk(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names)


def _own_place(path: Path, folder: Path) -> Path:
    """Where a file would be below this folder: its last four parts are model, source, billing period and name."""
    return folder.joinpath(*path.parts[-4:])
