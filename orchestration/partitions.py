"""Billing periods as Dagster partitions: one per calendar month, the current one included."""

import datetime as dt

import dagster as dg


def billing_periods(first: dt.date) -> dg.MonthlyPartitionsDefinition:
    """Monthly partitions from ``first`` on; keys are the first day of the month (``2026-10-01``)."""
    return dg.MonthlyPartitionsDefinition(start_date=first.replace(day=1).isoformat(), end_offset=1)


def periods_of(context: dg.AssetExecutionContext) -> set[dt.date]:
    """The billing periods that a run was asked for."""
    return {dt.date.fromisoformat(key) for key in context.partition_keys}
