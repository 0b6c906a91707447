"""Billing periods as Dagster partitions: one per calendar month, the current one included, and what is billed ahead."""

import datetime as dt

import dagster as dg


def billing_periods(first: dt.date, months_ahead: int = 0) -> dg.MonthlyPartitionsDefinition:
    """Monthly partitions from ``first`` up to the current month and ``months_ahead`` more.

    Keys are the first day of the month (``2026-10-01``).
    """
    return dg.MonthlyPartitionsDefinition(start_date=first.replace(day=1).isoformat(), end_offset=1 + months_ahead)


def periods_of(context: dg.AssetExecutionContext) -> set[dt.date]:
    """The billing periods that a run was requested for; `dg.Failure` where it was requested for none."""
    if not (context.has_partition_key or context.has_partition_key_range):
        raise dg.Failure(
            description="no billing periods: launch it with billing periods as partitions", allow_retries=False
        )
    return {dt.date.fromisoformat(key) for key in context.partition_keys}
