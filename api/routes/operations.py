"""What was delivered, whether the warehouse holds exactly that, and which release this is."""

import datetime as dt
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from api.access import Anybody, allow
from api.callers import Caller
from api.money.answers import Asking
from api.money.formats import FILES
from api.money.questions import MONTH, PageQuery, Value
from api.money.rows import require_all_rows
from api.money.tables import Listing, Rows, answer_listing, columns_of
from api.services import Services, services_of

router = APIRouter(prefix="/v1", tags=["operations"])
ServicesOf = Annotated[Services, Depends(services_of)]
DELIVERIES = Listing(
    "ops.deliveries",
    (
        *columns_of(text="source_name", date="billing_period", timestamp="seen_at"),
        *columns_of(text="dataset delivery_id status reasons", flag="is_current", count="row_count"),
    ),
    ("-seen_at", "source_name", "billing_period", "dataset", "delivery_id"),
)
RECONCILIATION = Listing(
    "marts.fct_reconciliation",
    (
        *columns_of(date="billing_period", text="source_name account_level billing_account_id sub_account_id"),
        *columns_of(text="billing_currency measure status differing_marts", flag="is_reconciled"),
        *columns_of(money="file_total focus_total daily_total monthly_total variance invoice_total invoice_variance"),
    ),
    ("-billing_period", "source_name", "account_level", "billing_account_id", "sub_account_id", "billing_currency",
     "measure"),
)  # fmt: skip


class DeliveryQuery(PageQuery):
    """Which deliveries are asked for."""

    source_name: list[Value] = Field([], max_length=100, description="Only of these sources.")
    status: list[Value] = Field(
        [], max_length=10, description="Only those that are promoted, superseded, quarantined, withdrawn or expired."
    )


class ReconciliationQuery(PageQuery):
    """Which totals are asked for."""

    month: str | None = Field(None, pattern=MONTH, description="Only of this billing period.")
    source_name: list[Value] = Field([], max_length=100, description="Only of these sources.")
    account_level: Literal["period", "billing_account", "sub_account"] = Field(
        "period", description="Of what a row is the total: the whole period, or an account. Levels are not added up."
    )


class Release(BaseModel):
    """The release that answers."""

    version: str = Field(examples=["0.1.0"])
    api: str = Field(examples=["v1"], description="The version in the paths.")


@router.get("/deliveries", response_model=Rows, responses=FILES)
def list_deliveries(
    request: Request,
    caller: Annotated[Caller, allow("see_operations")],
    services: ServicesOf,
    query: Annotated[DeliveryQuery, Query()],
) -> Response:
    """Every delivery that was judged, the newest first: whether it is current, or why it is kept out.

    For those who see operations and all costs.
    """
    require_all_rows(caller, "What was delivered")
    asking = Asking(request, services, caller)
    filters: dict[str, Sequence[Any]] = {"source_name": query.source_name, "status": query.status}
    return asking.answer(lambda reading: answer_listing(asking, query, reading, DELIVERIES, filters), asking.accepted)


@router.get("/reconciliation", response_model=Rows, responses=FILES)
def list_reconciliation(
    request: Request,
    caller: Annotated[Caller, allow("see_operations")],
    services: ServicesOf,
    query: Annotated[ReconciliationQuery, Query()],
) -> Response:
    """Every total from the export's file to the marts, the newest period first: the same, or it says where not.

    For those who see operations and all costs.
    """
    require_all_rows(caller, "The reconciliation")
    asking = Asking(request, services, caller)
    filters: dict[str, Sequence[Any]] = {
        "billing_period": [dt.date.fromisoformat(f"{query.month}-01")] if query.month else [],
        "source_name": query.source_name,
        "account_level": [query.account_level],
    }
    return asking.answer(
        lambda reading: answer_listing(asking, query, reading, RECONCILIATION, filters), asking.accepted
    )


@router.get("/version", dependencies=[Depends(Anybody())])
def read_version() -> Release:
    """Which release this is. For everybody who is signed in."""
    return Release(version=version("cloudcost"), api="v1")
