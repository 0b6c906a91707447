"""Costs by dimension, the values that dimensions have, and single charges."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access import allow
from api.callers import Caller
from api.money.answers import Asking
from api.money.charges import Charges, ChargesQuery, answer_charges
from api.money.costs import Costs, answer_costs
from api.money.formats import FILES
from api.money.measures import Dimension
from api.money.questions import CostQuery
from api.money.values import DimensionValues, ValuesQuery, answer_values
from api.services import Services, services_of

router = APIRouter(prefix="/v1", tags=["costs"])
ServicesOf = Annotated[Services, Depends(services_of)]


@router.get("/costs", response_model=Costs, responses=FILES)
def read_costs(
    request: Request,
    caller: Annotated[Caller, allow("see_costs")],
    services: ServicesOf,
    query: Annotated[CostQuery, Query()],
) -> Response:
    """Costs of a period by dimension: each combination of currency and what `group_by` names is a row.

    For everybody who sees costs; whoever sees a part of them gets the sums of that part. Files need `export_costs`.
    """
    asking = Asking(request, services, caller)
    return asking.answer(lambda reading: answer_costs(asking, query, reading), asking.accepted)


@router.get("/costs/dimensions/{dimension}", response_model=DimensionValues)
def list_dimension_values(
    request: Request,
    dimension: Dimension,
    caller: Annotated[Caller, allow("see_costs")],
    services: ServicesOf,
    query: Annotated[ValuesQuery, Query()],
) -> Response:
    """The values that a dimension has, in order of the alphabet. For everybody who sees costs, of what they see."""
    asking = Asking(request, services, caller)
    return asking.answer(lambda reading: answer_values(asking, dimension, query, reading))


@router.get("/charges", response_model=Charges, responses=FILES)
def list_charges(
    request: Request,
    caller: Annotated[Caller, allow("see_charges")],
    services: ServicesOf,
    query: Annotated[ChargesQuery, Query()],
) -> Response:
    """Single charges of a period as FOCUS has them, in order of their start.

    For those who see charges, of what they see. Files need `export_costs`.
    """
    asking = Asking(request, services, caller)
    return asking.answer(lambda reading: answer_charges(asking, query, reading), asking.accepted)
