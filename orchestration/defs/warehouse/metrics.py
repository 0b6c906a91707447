"""Business metrics that come from queries."""

import dagster as dg

from cloudcost.analytics.metric_queries import run_metric_queries
from orchestration.defs.warehouse.checks import RATES, RECONCILIATION
from orchestration.resources.installation import InstallationResource
from orchestration.written_specs import describe_written
from warehouse.written_tables import write_table


@dg.asset(
    **describe_written("business", "metric_values"),
    group_name="business",
    kinds={"python"},
    deps=[RECONCILIATION, RATES, ["settings", "metrics"]],
    pool="warehouse",
)
def metric_values(installation: InstallationResource) -> dg.MaterializeResult:
    """Replaces business.metric_values; each query is one SELECT and can neither write nor read anything else."""
    opened = installation.open()
    values = run_metric_queries(opened.config.metrics, opened.warehouse.query)
    rows = write_table(opened.warehouse, "business", "metric_values", values)
    queries = sum(metric.query is not None for metric in opened.config.metrics)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows, "queries": queries})
