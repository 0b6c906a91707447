"""The journal of the door, and a row that is on its way when the door closes."""

import datetime as dt
import threading

from audit.log import AuditEntry
from door.journal import Journal

AT = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def test_closing_waits_for_a_row_that_is_being_written() -> None:
    """The thread that writes ends with the process: a row that it had only begun was lost."""
    begun, may_end, rows = threading.Event(), threading.Event(), list[AuditEntry]()

    def append(entry: AuditEntry) -> None:
        begun.set()
        assert may_end.wait(10)
        rows.append(entry)

    journal = Journal(append, lambda: AT)
    journal.refused("link used", "127.0.0.1")
    assert begun.wait(10)
    closing = threading.Thread(target=journal.close)
    closing.start()
    closing.join(0.3)
    assert closing.is_alive(), "it was closed while a row was on its way"
    may_end.set()
    closing.join(10)
    assert [row.event for row in rows] == ["ui.refused"]
