"""Whether the API is up, and what it stands on."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from api.access import Public
from api.services import Services, services_of
from core.errors import CloudcostError, shorten

router = APIRouter(tags=["health"], dependencies=[Depends(Public())])


class Health(BaseModel):
    """Whether the process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Whether questions can be answered."""

    status: Literal["ready", "not_ready"] = Field(description="ready where every part is.")
    parts: dict[str, str] = Field(description="Each part: `ok`, or why it is not.")


class Welcome(BaseModel):
    """What this is, and where to go on."""

    name: str = Field("cloudcost", examples=["cloudcost"])
    document: str = Field("/openapi.json", description="What can be asked, as OpenAPI 3.1.")
    ready: str = Field("/readyz", description="Whether questions can be answered.")
    sign_in: str = Field(
        description="How one gets a token.", examples=["cloudcost login --url https://api.example.com"]
    )


@router.get("/")
def read_root(services: Annotated[Services, Depends(services_of)]) -> Welcome:
    """What this is, and where to go on. Everybody may ask."""
    return Welcome(sign_in=f"cloudcost login --url {services.installation.config.api.address}")


@router.get("/livez")
def live() -> Health:
    """Whether the process is there. Everybody may ask."""
    return Health()


@router.get("/readyz", responses={503: {"model": Readiness, "description": "Some part is not there."}})
def ready(services: Annotated[Services, Depends(services_of)], response: Response) -> Readiness:
    """Whether the state and what is published can be read. Everybody may ask; no figure is shown."""
    parts = {"state": "ok", "published": "ok"}
    try:
        services.installation.store.get("partitions", "first_period")
    except CloudcostError:
        parts["state"] = "the state cannot be read"
    try:
        with services.published.read() as reading:
            reading.rows("select 1")
    except CloudcostError as error:
        parts["published"] = shorten(str(error)) if "nothing is published" in str(error) else "it cannot be read"
    is_ready = set(parts.values()) == {"ok"}
    response.status_code = 200 if is_ready else 503
    return Readiness(status="ready" if is_ready else "not_ready", parts=parts)
