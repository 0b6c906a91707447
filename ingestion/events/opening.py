"""Which queue the `events:` of a source names."""

import os
from collections.abc import Mapping

from clouds.access import SourceAccess
from ingestion.events.queues import EventQueue
from ingestion.events.settings import SqsEvents, StorageQueueEvents
from ingestion.events.sqs import SqsQueue
from ingestion.events.storage_queue import StorageQueue


def open_queue(
    settings: SqsEvents | StorageQueueEvents, access: SourceAccess, environ: Mapping[str, str] = os.environ
) -> EventQueue:
    """The queue that `events:` of a source names; nothing is asked of it yet."""
    if isinstance(settings, SqsEvents):
        return SqsQueue(settings, access.aws, environ=environ)
    return StorageQueue(settings, access.azure, environ=environ)
