"""What a run says of costs that are known for too few days to be scored."""

from orchestration.forecasting import count_immature_days
from orchestration.installation import Installation
from orchestration.scored_days import ScoredDays

#: The usage that series are made of, see ml/series.py.
_USAGE = """
select service_provider_name, billing_currency, min(charge_date) as first_date, max(charge_date) as newest_date
from marts.fct_cost_daily
where charge_category = 'Usage' and coalesce(charge_frequency, '') not in ('One-Time', 'Recurring') and {condition}
group by 1, 2 order by 1, 2
"""


def list_waiting(installation: Installation, days: ScoredDays) -> list[str]:
    """A sentence per provider and currency that forecasts or anomalies still wait for."""
    from ml.readiness import KnownUsage, describe_waiting, may_wait

    with installation.warehouse.connect(read_only=True) as connection:
        rows = connection.execute(_USAGE.format(condition=days.condition("charge_date"))).fetchall()
    if not rows:
        return ["There is no usage yet, which forecasts and anomalies are made from"]
    known = [KnownUsage(*row) for row in rows]
    if not may_wait(known):
        return []
    immature = count_immature_days(installation, days)
    return list(describe_waiting(known, immature, installation.config.forecasts.immature_days))
