"""What is expected of the days to come, and how budgets stand."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from api.access import allow
from api.callers import Caller
from api.money.answers import Asking
from api.money.formats import FILES
from api.money.questions import PageQuery, Value
from api.money.tables import Listing, Rows, answer_listing, columns_of
from api.services import Services, services_of

router = APIRouter(prefix="/v1", tags=["planning"])
ServicesOf = Annotated[Services, Depends(services_of)]
FORECASTS = Listing(
    "ml.cost_forecasts",
    (
        *columns_of(date="forecast_date as_of_date"),
        *columns_of(text="scope_level service_provider_name sub_account_id sub_account_name service_name x_team"),
        *columns_of(text="x_environment"),
        *columns_of(text="billing_currency model"),
        *columns_of(money="forecast_cost lower_80 upper_80 lower_95 upper_95 backtest_wape"),
    ),
    ("forecast_date", "forecast_id"),
)
BUDGETS = Listing(
    "marts.fct_budget_status",
    (
        *columns_of(text="budget_name period_kind", date="period_start period_end"),
        *columns_of(text="budget_currency cost_measure", date="as_of_date", flag="is_open is_reconciled"),
        *columns_of(money="budget_amount actual_cost actual_variance actual_percent forecast_cost"),
        *columns_of(money="forecast_variance forecast_percent", text="status"),
    ),
    ("-period_start", "budget_name"),
)


class ForecastQuery(PageQuery):
    """Which forecasts are asked for."""

    scope_level: Literal["total", "provider", "account", "service", "team", "environment"] = Field(
        "account",
        description="Of what a row is the forecast. Levels are never added up. Whoever sees a part of the costs sees "
        "those of their teams and accounts.",
    )
    service_provider_name: list[Value] = Field([], max_length=100, description="Only of these providers.")
    sub_account_id: list[Value] = Field([], max_length=100, description="Only of these accounts.")
    service_name: list[Value] = Field([], max_length=100, description="Only of these services.")
    x_team: list[Value] = Field([], max_length=100, description="Only of these teams, of level team.")


class BudgetQuery(PageQuery):
    """Which budgets are asked for."""

    budget_name: list[Value] = Field([], max_length=100, description="Only these budgets.")
    status: list[
        Literal["within", "exceeded", "forecast_to_exceed", "no_forecast", "mixed_currencies", "missing_rate"]
    ] = Field([], max_length=6, description="Only budgets that stand so.")


@router.get("/forecasts", response_model=Rows, responses=FILES)
def list_forecasts(
    request: Request,
    caller: Annotated[Caller, allow("see_costs")],
    services: ServicesOf,
    query: Annotated[ForecastQuery, Query()],
) -> Response:
    """Expected effective cost by day, with intervals in which four of five and nineteen of twenty days fall.

    For everybody who sees costs, of the teams and accounts that they see.
    """
    asking = Asking(request, services, caller)
    filters: dict[str, Sequence[Any]] = {
        "scope_level": [query.scope_level],
        "service_provider_name": query.service_provider_name,
        "sub_account_id": query.sub_account_id,
        "service_name": query.service_name,
        "x_team": query.x_team,
    }
    return asking.answer(lambda reading: answer_listing(asking, query, reading, FORECASTS, filters), asking.accepted)


@router.get("/budgets", response_model=Rows, responses=FILES)
def list_budgets(
    request: Request,
    caller: Annotated[Caller, allow("see_costs")],
    services: ServicesOf,
    query: Annotated[BudgetQuery, Query()],
) -> Response:
    """Budgets by period: spent, expected at the end, and how that stands to the amount.

    For everybody who sees all costs; whoever sees a part of them sees no budget, which may be about more.
    """
    asking = Asking(request, services, caller)
    filters: dict[str, Sequence[Any]] = {"budget_name": query.budget_name, "status": query.status}
    return asking.answer(lambda reading: answer_listing(asking, query, reading, BUDGETS, filters), asking.accepted)
