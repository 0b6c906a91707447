"""Which queue the `events:` of a source names."""

import os
from collections.abc import Mapping

from clouds.access import SourceAccess
from ingestion.events.queues import EventQueue
from ingestion.events.sqs import SqsQueue
from ingestion.events.storage_queue import StorageQueue
from ingestion.sections.events import SqsEvents, StorageQueueEvents


def open_queue(
    settings: SqsEvents | StorageQueueEvents, access: SourceAccess, environ: Mapping[str, str] = os.environ
) -> EventQueue:
    """The queue that `events:` of a source names; nothing is requested of it yet."""
    if isinstance(settings, SqsEvents):
        return SqsQueue(settings, access.aws, environ=environ)
    return StorageQueue(settings, access.azure, environ=environ)
