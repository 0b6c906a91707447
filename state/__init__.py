"""Durable process state: small JSON records with optimistic versions, behind one protocol."""

from state.records import ConflictError, Record, StateStore, Write
from state.sqlite import SqliteStateStore

__all__ = ["ConflictError", "Record", "SqliteStateStore", "StateStore", "Write"]
