"""Cost exports of a believable company in the clouds' own formats, and a file that states what is true of them.

The tree that `generate` writes (each first folder is what the cloud calls bucket, container or data set)::

    aws/cur/fernhill-daily/data/BILLING_PERIOD=2026-10/fernhill-daily-00001.snappy.parquet
    aws/cur/fernhill-daily/metadata/BILLING_PERIOD=2026-10/fernhill-daily-Manifest.json
    azure/exports/fernhill-actual/20261001-20261031/<run>/part_0_0001.csv, manifest.json
    azure/exports/fernhill-amortized/20261001-20261031/<run>/part_0_0001.csv, manifest.json
    gcp/gcp_billing_export_resource_v1_<account>/invoice_month=202610/part-000000000000.parquet
    history/1/<cloud>/...   the month that was restated, as it was delivered first
    truth.json              totals per cloud, month and day; restatements, anomalies, waste
"""

from simulator.errors import SimulationError
from simulator.generate import generate
from simulator.truth import Truth

__all__ = ["SimulationError", "Truth", "generate"]
