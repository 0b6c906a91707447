"""What the rows of the log prove about single subjects, for many subjects from one reading of the log."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from audit.check import count_closed
from audit.rows import ACCEPTED, AuditRow, is_genuine


class Histories:
    """The log as it was read, by subject. ``key``: the seal's; ``is_sealed``: whether there is to be one."""

    def __init__(self, rows: Sequence[AuditRow], key: bytes | None, is_sealed: bool) -> None:
        self._rows = rows
        self._key = key
        self._is_sealed = is_sealed
        self._by_subject: dict[str, list[AuditRow]] = defaultdict(list)
        for row in rows:
            self._by_subject[row.subject].append(row)

    def evidence_about(self, subject: str) -> list[AuditRow]:
        """The history of one subject in rows that count as evidence: genuine ones, after the last accepted break."""
        if self._is_sealed and self._key is None:
            return []
        return [row for row in self._by_subject.get(subject, ()) if row.seq > self._after and self._is_genuine(row)]

    def facts_about(self, subject: str) -> list[AuditRow]:
        """The history of one subject in rows that record what was done: genuine ones, whatever was accepted since.

        Those of a release without keys are among them as long as they are what was sealed.
        """
        about = self._by_subject.get(subject, ())
        return [row for row in about if row.seq <= self._closed or self._is_genuine(row)]

    @cached_property
    def _after(self) -> int:
        return max((row.seq for row in self._rows if row.event == ACCEPTED and self._is_genuine(row)), default=0)

    @cached_property
    def _closed(self) -> int:
        return count_closed(self._rows, self._key)

    def _is_genuine(self, row: AuditRow) -> bool:
        return is_genuine(row, self._key)
