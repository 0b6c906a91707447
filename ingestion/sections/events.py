"""The `events:` section of a source: who says that something new was written."""

from typing import Annotated, Literal

from pydantic import Field

from core.section import Section


class SqsEvents(Section):
    """S3's notifications by way of an SQS queue: sent to it directly, through SNS, or by EventBridge."""

    type: Literal["sqs"]
    queue_url: str = Field(
        pattern=r"^https?://[^\s@]+$",
        description="Address of the queue. Let its redrive policy have a maxReceiveCount of 5 or more: a message is "
        "received once to start its run and once more to be deleted.",
    )
    hidden_seconds: int = Field(
        120,
        ge=10,
        le=43200,
        description="How long a received message stays hidden; 120 s is longer than Dagster takes to record a run.",
    )


class StorageQueueEvents(Section):
    """Blob Storage's events by way of Azure Event Grid and a Storage Queue."""

    type: Literal["storage_queue"]
    account: str = Field(pattern=r"^[a-z0-9]{3,24}$", description="Storage account of the queue.")
    queue: str = Field(pattern=r"^[a-z0-9](-?[a-z0-9]){2,62}$", description="Name of the queue.")
    hidden_seconds: int = Field(
        120,
        ge=10,
        le=604800,
        description="How long a received message stays hidden; 120 s is longer than Dagster takes to record a run.",
    )


class TablePollEvents(Section):
    """BigQuery notifies nobody that a table grew: its metadata, which cost nothing, are compared with the last look."""

    type: Literal["table_poll"]


EventSettings = Annotated[SqsEvents | StorageQueueEvents | TablePollEvents, Field(discriminator="type")]
