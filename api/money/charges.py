"""Single charges, as FOCUS has them."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.money.answers import Asking, Content, MoneyAnswer, describe, list_stated
from api.money.costs import Cells, answer_rows, refuse
from api.money.measures import DAILY, CostTable, QuestionError
from api.money.questions import PeriodQuery, Value, find_period, write_filters
from api.money.rows import relation
from api.money.statements import Column, Statement
from api.published import Reading

_TEXTS = """
source_name charge_category charge_class charge_frequency charge_description service_provider_name billing_account_id
sub_account_id sub_account_name service_name service_category region_id resource_id resource_name resource_type sku_id
pricing_category pricing_unit consumed_unit commitment_discount_id commitment_discount_status invoice_id x_usage_type
x_team x_environment x_product x_cost_center billing_currency
""".split()
_AMOUNTS = """
pricing_quantity consumed_quantity list_unit_price contracted_unit_price billed_cost effective_cost list_cost
contracted_cost
""".split()
#: Times first: charges are in their order, and what happens at one time in the order of everything else.
COLUMNS = (
    Column("billing_period", "date"),
    Column("charge_period_start", "timestamp"),
    Column("charge_period_end", "timestamp"),
    *(Column(name, "text") for name in _TEXTS),
    *(Column(name, "money") for name in _AMOUNTS),
)
CHARGES = CostTable("marts.fct_charges", DAILY.dimensions, {}, "charges")


class ChargesQuery(PeriodQuery):
    """What is asked of single charges."""

    resource_id: list[Annotated[Value, StringConstraints(min_length=1)]] = Field(
        [], max_length=100, description="Only charges of these resources."
    )


class Charges(MoneyAnswer):
    """Single charges, in order of their start."""

    period: dict[str, str] = Field(
        description="The time: kind (billing_period or charge_dates), start, and end, the day after the last one.",
        examples=[{"kind": "billing_period", "start": "2026-03-01", "end": "2026-04-01"}],
    )
    items: list[Cells] = Field(
        description="Columns of FOCUS in snake case; amounts and quantities are decimal texts.",
        examples=[[{"charge_category": "Usage", "resource_id": "i-0a1", "effective_cost": "0.125000000000"}]],
    )
    next: str | None = Field(description="The cursor of the next page; null on the last.")


def answer_charges(asking: Asking, query: ChargesQuery, reading: Reading) -> Content:
    """The charges of a period that the caller sees."""
    period = find_period(query, reading.snapshot.last_period)
    wanted, values = period.condition("charge_period_start")
    try:
        filters, filtered = write_filters(CHARGES, query.filters)
    except QuestionError as error:
        raise refuse(error) from error
    if query.resource_id:
        filters.append(f"costs.resource_id in ({', '.join('?' for _ in query.resource_id)})")
        filtered += query.resource_id
    columns = ", ".join(
        f"cast(costs.{one.name} as decimal(38, 12))" if one.kind == "money" else f"costs.{one.name}" for one in COLUMNS
    )
    order = ", ".join(f"{place} asc nulls last" for place in range(1, len(COLUMNS) + 1))
    sql = (
        f"select {columns} from {relation(asking.services, asking.caller, CHARGES.name)} as costs "  # noqa: S608
        f"where {' and '.join([wanted, *filters])} order by {order} limit ? offset ?"
    )
    head = {
        **describe(reading.snapshot, [period], list_stated(asking.caller, query.source_name)),
        "period": period.as_json(),
    }
    return answer_rows(asking, query, reading, Statement(sql, (*values, *filtered), COLUMNS), head, "charges")
