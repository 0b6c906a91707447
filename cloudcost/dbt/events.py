"""dbt's events without those that nobody reads: a thousand notes of debugging per run, each a message of its own.

Imports dbt, which takes seconds: it is imported where dbt is started.
"""

import os
from typing import Any

from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager

_NOTES = (EventLevel.DEBUG, EventLevel.TEST)


class SparseEvents(EventManager):
    """Makes no message of an event that none of the logs takes."""

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        """As dbt's own, for what is more than a note; for notes where a log has them."""
        is_note = (level or e.level_tag()) in _NOTES and not force_warn_or_error_handling
        if is_note and not any(logger.level in _NOTES for logger in self.loggers):
            return
        super().fire_event(e, level, node, force_warn_or_error_handling)


def leave_out_notes() -> None:
    """Have dbt log from `info` upwards. ``DBT_LOG_LEVEL_FILE=debug`` brings every statement into its file again."""
    os.environ.setdefault("DBT_LOG_LEVEL_FILE", "info")
    ctx_set_event_manager(SparseEvents())
