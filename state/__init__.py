"""Durable process state: small JSON records with optimistic versions, behind one protocol."""

from state.backends import BACKENDS, open_state_store
from state.records import (
    ConflictError,
    ReadOnlyStateError,
    Record,
    RecordTooLargeError,
    StateStore,
    StateStoreError,
    Write,
)
from state.sqlite import STATE_FILE, SqliteStateStore

__all__ = [
    "BACKENDS",
    "STATE_FILE",
    "ConflictError",
    "ReadOnlyStateError",
    "Record",
    "RecordTooLargeError",
    "SqliteStateStore",
    "StateStore",
    "StateStoreError",
    "Write",
    "open_state_store",
]
