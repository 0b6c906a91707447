"""Durable process state: small JSON records with optimistic versions, behind one protocol."""

from state.backends import BACKENDS, open_state_store
from state.records import ConflictError, Record, RecordTooLargeError, StateStore, StateStoreError, Write
from state.sqlite import SqliteStateStore

__all__ = [
    "BACKENDS",
    "ConflictError",
    "Record",
    "RecordTooLargeError",
    "SqliteStateStore",
    "StateStore",
    "StateStoreError",
    "Write",
    "open_state_store",
]
