"""Thin Dagster wrappers: each reads through a resource, calls one pure function, writes, and returns metadata."""

import warnings

import dagster as dg

# backfill_policy is beta; the lock pins the Dagster that it was tried with
warnings.filterwarnings("ignore", category=dg.BetaWarning)
