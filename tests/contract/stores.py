"""Every state store backend, opened for a test: an empty store that threads and other processes can open too."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

from state import SqliteStateStore, StateStore
from state.dynamodb import DynamoDbStateStore, create_table
from tests.peers.moto_server import MotoServer, make_client

#: Opens the one store of a test anew; it can be pickled, so that a spawned process can call it.
Open = Callable[[], StateStore]


class OpenSqlite:
    """Opens a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self) -> StateStore:
        return SqliteStateStore(self.folder / "state.sqlite")


class OpenDynamoDb:
    """Opens a table of a moto server."""

    def __init__(self, url: str, table: str) -> None:
        self.url = url
        self.table = table

    def __call__(self) -> StateStore:
        return DynamoDbStateStore(self.table, make_client("dynamodb", self.url))


def _serve_sqlite(folder: Path, server: MotoServer) -> Iterator[Open]:
    yield OpenSqlite(folder)


def _serve_dynamodb(folder: Path, server: MotoServer) -> Iterator[Open]:
    table = f"state-{uuid4().hex}"
    create_table(table, server.client("dynamodb"))
    yield OpenDynamoDb(server.url, table)
    server.client("dynamodb").delete_table(TableName=table)


OPENERS: dict[str, Callable[[Path, MotoServer], Iterator[Open]]] = {
    "sqlite": _serve_sqlite,
    "dynamodb": _serve_dynamodb,
}
