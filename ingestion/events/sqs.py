"""Events in an SQS queue."""

import os
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from clouds.access import AwsAccess
from clouds.aws.errors import explain_error
from clouds.aws.session import open_client
from clouds.politeness import Politeness
from core.errors import explaining
from ingestion.events.queues import QueueMessage
from ingestion.sections.events import SqsEvents

#: SQS gives at most 10 messages at a time; so many times is it polled for more in one look.
BATCHES = 10
KEPT_SECONDS = 3600


class SqsQueue:
    """A queue that S3, SNS or EventBridge writes to."""

    def __init__(
        self,
        settings: SqsEvents,
        access: AwsAccess | None = None,
        politeness: Politeness | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.name = settings.queue_url
        self._settings = settings
        self._access = access or AwsAccess()
        self._politeness = politeness or Politeness()
        self._environ = environ
        self._client: Any = None

    @property
    def client(self) -> Any:
        """The client of boto3, made when it is first needed; the address of the queue names its region."""
        if self._client is None:
            region = re.match(r"https://sqs\.([a-z0-9-]+)\.", self._settings.queue_url)
            access = self._access.model_copy(update={"region": region[1]}) if region else self._access
            self._client = open_client("sqs", access, self._politeness, self._environ)
        return self._client

    def receive(self) -> list[QueueMessage]:
        found: dict[str, QueueMessage] = {}
        with self._explained("sqs:ReceiveMessage"):
            for _ in range(BATCHES):
                answer = self.client.receive_message(
                    QueueUrl=self._settings.queue_url,
                    MaxNumberOfMessages=10,
                    VisibilityTimeout=self._settings.hidden_seconds,
                    WaitTimeSeconds=0,
                )
                messages = answer.get("Messages", [])
                found |= {m["MessageId"]: QueueMessage(m["MessageId"], m["Body"], m["ReceiptHandle"]) for m in messages}
                if not messages:
                    break
        return list(found.values())

    def delete(self, message: QueueMessage) -> None:
        with self._explained("sqs:DeleteMessage"):
            self.client.delete_message(QueueUrl=self._settings.queue_url, ReceiptHandle=message.handle)

    def keep(self, message: QueueMessage) -> None:
        """Hidden for an hour; the queue's redrive policy takes it away in the end."""
        with self._explained("sqs:ChangeMessageVisibility"):
            self.client.change_message_visibility(
                QueueUrl=self._settings.queue_url, ReceiptHandle=message.handle, VisibilityTimeout=KEPT_SECONDS
            )

    def _explained(self, permission: str) -> AbstractContextManager[None]:
        return explaining(
            lambda error: explain_error(
                error, address=f"the queue {self.name}", bucket="", permission=permission, service="SQS"
            ),
            self._politeness.mark,
        )
