"""What the overview's headline and the table below it give where a currency has a rate, and where one has none."""

from decimal import Decimal

import duckdb

from dashboards.design.datasets.costs import REPORTING

ROWS = """
create schema marts;
create table marts.fct_cost_reporting_daily as
select date '2026-11-01' as charge_date, 'AWS' as service_provider_name, 'a' as sub_account_id, 'web' as x_team,
    'prod' as x_environment, billing_currency, 'USD' as reporting_currency, exchange_rate,
    amount::decimal(38, 12) as billed_cost, amount::decimal(38, 12) as effective_cost,
    (amount * exchange_rate)::decimal(38, 12) as reporting_billed_cost,
    (amount * exchange_rate)::decimal(38, 12) as reporting_effective_cost
from (values ('USD', 46369.00, 1.0), ('EUR', 2000.00, 1.1), ('EUR', 100.00, null), ('GBP', 7.00, null))
    as given(billing_currency, amount, exchange_rate)
"""


def test_a_currency_without_a_rate_is_named_and_not_in_the_total() -> None:
    figures = {metric.name: metric.sql for metric in REPORTING.metrics}
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        (headline,) = connection.execute(f"select {figures['reporting_billed']} from ({REPORTING.sql})").fetchall()
        table = connection.execute(
            f"select bill_currency, in_totals, {figures['bill_billed']}, {figures['reporting_billed']} "
            f"from ({REPORTING.sql}) group by 1, 2 order by 1, 3"
        ).fetchall()
    assert headline == (Decimal(48569),)
    assert table == [
        ("EUR", "no: no exchange rate is known", Decimal(100), None),
        ("EUR", "yes", Decimal(2000), Decimal(2200)),
        ("GBP", "no: no exchange rate is known", Decimal(7), None),
        ("USD", "yes", Decimal(46369), Decimal(46369)),
    ]
