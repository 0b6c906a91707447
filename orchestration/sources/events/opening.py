"""Which queue the `events:` of a source names."""

import os
from collections.abc import Mapping

from clouds.access import SourceAccess
from orchestration.sources.events.queues import EventQueue
from orchestration.sources.events.settings import SqsEvents, StorageQueueEvents
from orchestration.sources.events.sqs import SqsQueue
from orchestration.sources.events.storage_queue import StorageQueue


def open_queue(
    settings: SqsEvents | StorageQueueEvents, access: SourceAccess, environ: Mapping[str, str] = os.environ
) -> EventQueue:
    """The queue that `events:` of a source names; nothing is asked of it yet."""
    if isinstance(settings, SqsEvents):
        return SqsQueue(settings, access.aws, environ=environ)
    return StorageQueue(settings, access.azure, environ=environ)
