"""One ingestion in a process of its own, to be killed: forked from a server that has the libraries loaded."""

import json
import os
import traceback
from dataclasses import dataclass
from pathlib import Path

import boto3.session
import duckdb  # noqa: F401  loaded before the fork
import great_expectations  # noqa: F401
import pandas  # noqa: F401
import pyarrow.parquet  # noqa: F401
from great_expectations.expectations.core.expect_column_values_to_be_between import (  # noqa: F401
    ExpectColumnValuesToBeBetween,
)

from core.errors import SourceError
from core.instants import utc_now
from core.progress import CRASH_ENV, checkpoint
from ingestion.contracts import Provider
from ingestion.ingest import Ingestor
from ingestion.landing.local_lake import LocalLake
from ingestion.ledger import Ledger
from ingestion.locations import open_location
from ingestion.sections.deliveries import ChangeThresholds, DropThresholds, IngestionSettings
from ingestion.source import Source
from state import StateStoreError, open_state_store

#: The schedules restate months as wildly as they like: how much a month may change is not what they test.
ANY_CHANGE = IngestionSettings(
    row_count_drop=DropThresholds(block_percent=None), total_change=ChangeThresholds(block_percent=None)
)

assert boto3.session  # its service models are read at the first client, in each child


@dataclass(frozen=True)
class Job:
    """What a process has to ingest and how it is to end."""

    home: Path
    backend: str
    table: str
    source: str
    provider: Provider
    uri: str
    endpoints: dict[str, str]
    answer: Path
    crash_at: str = ""


def ingest_once(job: Job) -> None:
    """Ingest the source and write what came of it to ``job.answer``; a process that is killed writes nothing."""
    os.environ.update(job.endpoints)
    os.environ.update(
        AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="eu-central-1",
        AWS_EC2_METADATA_DISABLED="true", GX_ANALYTICS_ENABLED="False",
    )  # fmt: skip
    if job.crash_at:
        os.environ[CRASH_ENV] = job.crash_at
    try:
        store = open_state_store(job.backend, job.home, job.table)
        source = Source(job.source, job.provider, "auto", open_location(job.uri, job.home), "USD")
        report = Ingestor(
            LocalLake(job.home / "lake"), Ledger(store, utc_now), checkpoint=checkpoint, settings=ANY_CHANGE
        ).ingest(source)
        answer = {"end": "done", "detail": "; ".join(p.message for p in report.problems)}
    except (SourceError, StateStoreError) as error:
        answer = {"end": "refused", "detail": f"{type(error).__name__}: {error}"}
    except BaseException:
        answer = {"end": "crashed", "detail": traceback.format_exc()}
    temporary = job.answer.with_suffix(".tmp")
    temporary.write_text(json.dumps(answer))
    temporary.replace(job.answer)
