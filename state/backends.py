"""The registry of state store backends: a new one is one line here and one in the contract tests."""

from collections.abc import Callable
from pathlib import Path

from state.records import StateStore
from state.sqlite import STATE_FILE, SqliteStateStore


def _open_dynamodb(home: Path, table: str) -> StateStore:
    from state.dynamodb import open_dynamodb  # boto3 is loaded only where it is used

    return open_dynamodb(table)


#: Name in the configuration -> how it is opened, from the installation's folder and the configured table.
BACKENDS: dict[str, Callable[[Path, str], StateStore]] = {
    "sqlite": lambda home, table: SqliteStateStore(home / STATE_FILE),
    "dynamodb": _open_dynamodb,
}


def open_state_store(backend: str, home: Path, table: str) -> StateStore:
    """The state store of an installation; KeyError where there is no such backend."""
    return BACKENDS[backend](home, table)
