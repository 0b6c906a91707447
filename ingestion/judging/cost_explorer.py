"""Daily totals as AWS Cost Explorer states them: a second opinion on what the export states."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from clouds.access import AwsAccess
from clouds.aws.errors import explain_error
from clouds.aws.session import open_client
from clouds.politeness import Politeness
from core.errors import explaining
from ingestion.cross_check import DailyTotals

#: Cost Explorer answers in this region only.
REGION = "us-east-1"
METRIC = "UnblendedCost"


def read_daily_totals(
    first: dt.date,
    last: dt.date,
    access: AwsAccess,
    environ: Mapping[str, str],
    politeness: Politeness | None = None,
) -> DailyTotals:
    """Unblended cost per day from ``first`` to ``last``, both included; each page costs 0.01 USD.

    A day that Cost Explorer still estimates is left out: it is not the bill yet. Raises `LocationError`.
    """
    with explaining(
        lambda error: explain_error(
            error, address="daily totals", bucket="", permission="ce:GetCostAndUsage", service="Cost Explorer"
        )
    ):
        client = open_client("ce", access.model_copy(update={"region": REGION}), politeness, environ)
        request = {
            "TimePeriod": {"Start": first.isoformat(), "End": (last + dt.timedelta(days=1)).isoformat()},
            "Granularity": "DAILY",
            "Metrics": [METRIC],
        }
        totals: DailyTotals = {}
        token: str | None = None
        while True:
            answer = client.get_cost_and_usage(**request, **({"NextPageToken": token} if token else {}))
            for result in answer["ResultsByTime"]:
                amount = result.get("Total", {}).get(METRIC)
                if amount is not None and not result.get("Estimated"):
                    key = (dt.date.fromisoformat(result["TimePeriod"]["Start"]), amount["Unit"])
                    totals[key] = totals.get(key, Decimal(0)) + Decimal(amount["Amount"])
            token = answer.get("NextPageToken")
            if not token:
                return totals
