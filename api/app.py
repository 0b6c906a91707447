"""The application: routes found by name, and what stands before all of them."""

import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from api import problems
from api.callers import Authenticator
from api.documentation import document, find_routers
from api.money.rows import list_scope_columns
from api.problems import Problem
from api.refusals import Refusals
from api.requests import RequestGuard
from api.services import make_services
from api.sign_in.pages import answer_wrong
from api.upkeep import keep_tidy
from api.writes.guard import IdempotentWrites
from cloudcost.installation import Installation
from core.errors import CloudcostError
from dashboards.publications import publish_where_needed

PREFIX = "/v1"
DESCRIPTION = """\
Costs of AWS, Azure and Google Cloud in one reconciled warehouse, what people decide on them, and who may.

Every answer about money states the snapshot that it is of, until when data is complete, and whether it is reconciled.
Amounts are decimal texts, exact to the last place. Currencies are never added up.
"""


def make_app(installation: Installation, authenticator: Authenticator) -> FastAPI:
    """The application of an installation; ``authenticator`` tells who a token or key is of."""
    app = FastAPI(
        title="cloudcost",
        version=version("cloudcost"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        # an address is written in one way; a redirect would name the scheme that a gateway speaks to us
        redirect_slashes=False,
        generate_unique_id_function=_name_operation,
        lifespan=_start,
        responses={"default": {"model": Problem}},
    )
    app.state.services = make_services(installation, authenticator)
    problems.install(app, Refusals().note, answer_wrong)
    for router in find_routers():
        app.include_router(router)
    app.openapi = document(app)  # type: ignore[method-assign]
    app.add_middleware(IdempotentWrites, services=lambda: app.state.services)
    settings = installation.config.api
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.origins),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                "If-Match",
                "If-None-Match",
                "Idempotency-Key",
                "X-Request-Id",
            ],
            expose_headers=["ETag", "X-Request-Id", "Retry-After", "Link"],
        )
    app.add_middleware(RequestGuard, hosts=list_hosts(installation))
    return app


@asynccontextmanager
async def _start(app: FastAPI) -> AsyncIterator[None]:
    """Have what questions need before the first one comes; what is not there yet is said by `/readyz`."""
    services = app.state.services

    def prepare() -> None:
        try:
            publish_where_needed(services.installation)
            services.published.look()
        except CloudcostError as error:
            logging.getLogger("api").warning("no figures yet: %s", error)

    await anyio.to_thread.run_sync(prepare)
    # whose columns hold accounts and teams is read from the models: that takes a second, and few wait for it
    threading.Thread(target=list_scope_columns, name="scope-columns", daemon=True).start()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(keep_tidy, app)
        yield
        tasks.cancel_scope.cancel()


def list_hosts(installation: Installation) -> set[str]:
    """The names under which the API answers."""
    settings = installation.config.api
    machine = {"localhost", "127.0.0.1", "[::1]", f"[{settings.host}]" if ":" in settings.host else settings.host}
    with_port = {f"{name}:{settings.port}" for name in machine}
    own = {urlsplit(settings.url).netloc} if settings.url else set()
    return {name.lower() for name in {*machine, *with_port, *own, *settings.hosts}}


def _name_operation(route: Any) -> str:
    """Names an operation after its function: what a generated client calls its methods."""
    endpoint: Callable[..., Any] = route.endpoint
    return endpoint.__name__
