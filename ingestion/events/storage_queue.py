"""Events in an Azure Storage Queue, where Event Grid puts them."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from clouds.access import AzureAccess
from clouds.azure.errors import explain_error
from clouds.politeness import Politeness
from core.errors import explaining
from ingestion.events.queues import QueueMessage
from ingestion.locations.azure_blob import find_account
from ingestion.sections.events import StorageQueueEvents

MOST_MESSAGES = 100
KEPT_SECONDS = 3600


class StorageQueue:
    """A queue of a storage account; its credential is found as that of a container is."""

    def __init__(
        self,
        settings: StorageQueueEvents,
        access: AzureAccess | None = None,
        politeness: Politeness | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.name = f"{settings.account}/{settings.queue}"
        self._settings = settings
        self._access = access or AzureAccess()
        self._politeness = politeness or Politeness()
        self._environ = environ
        self._client: Any = None

    @property
    def client(self) -> Any:
        """The client of the queue, made when it is first needed."""
        if self._client is None:
            from azure.storage.queue import QueueClient

            from clouds.azure.access import PoliteStorageRetry, open_credential

            options: dict[str, Any] = {"retry_policy": PoliteStorageRetry(self._politeness)}
            text = self._environ.get("AZURE_STORAGE_CONNECTION_STRING", "")
            if text and find_account(text) == self._settings.account:
                self._client = QueueClient.from_connection_string(text, self._settings.queue, **options)
            else:
                url = f"https://{self._settings.account}.queue.core.windows.net"
                credential = open_credential(self._access, self._environ)
                self._client = QueueClient(url, self._settings.queue, credential=credential, **options)
        return self._client

    def receive(self) -> list[QueueMessage]:
        with self._explained():
            found = self.client.receive_messages(
                messages_per_page=32, visibility_timeout=self._settings.hidden_seconds, max_messages=MOST_MESSAGES
            )
            return [QueueMessage(m.id, str(m.content), m) for m in found]

    def delete(self, message: QueueMessage) -> None:
        from azure.core.exceptions import ResourceNotFoundError

        with self._explained():
            try:
                self.client.delete_message(message.handle)
            except ResourceNotFoundError:
                return

    def keep(self, message: QueueMessage) -> None:
        """Hidden for an hour; the queue forgets it after its time to live, a week by default."""
        with self._explained():
            self.client.update_message(message.handle, visibility_timeout=KEPT_SECONDS)

    def _explained(self) -> AbstractContextManager[None]:
        return explaining(
            lambda error: explain_error(error, f"the queue {self.name}", self._settings.account, self._settings.queue),
            self._politeness.mark,
        )
