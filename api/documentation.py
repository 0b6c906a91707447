"""The OpenAPI document: what FastAPI makes of the routes, with every answer that there can be, and an example of each.

Which problems a route can end with follows from what it is: who may use it, whether it has a path, a body, a cursor.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api import routes
from api.access import Public, access_of
from api.money.answers import MoneyAnswer
from api.problems import BY_STATUS, MEDIA_TYPE, TITLES, TYPE
from api.writes.guard import HEADER, METHODS

Json = dict[str, Any]
VERSION = "3.1.0"
_DETAILS: Mapping[str, str] = {
    "401": "A bearer token or a key is needed.",
    "403": "This needs the permission see_audit, and you may not do that.",
    "404": "There is no such incident, or you do not see it.",
    "406": "There is application/json, text/csv, application/x-ndjson, application/vnd.apache.parquet.",
    "409": "Other figures have been published since the first page: begin again.",
    "412": "prop-5f0c2f6f0a9b4a52 is not what it was when it was read: look at it again.",
    "422": "query/sort: list_cost is no column of this answer.",
    "428": "If-Match names the plan that was read: the ETag of the proposal.",
    "429": "More than 600 requests in a minute.",
    "503": "Nothing is published yet: the next run of the pipeline does that.",
    "default": "Something went wrong here; the request's id helps to find it.",
}
_RETRY = {"Retry-After": {"schema": {"type": "string"}, "description": "After how many seconds to ask again."}}
_KEY: Json = {
    "name": HEADER, "in": "header", "required": False, "schema": {"type": "string", "maxLength": 200,
    "pattern": "^[\\x21-\\x7e]{1,200}$"}, "example": "8c1f0a52-6d0e-4c58-9a55-3a4f2c7b1d90",
    "description": "Names this write: sent again within a day it is not done again, and answered as it was.",
}  # fmt: skip
_TAG: Json = {
    "name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 1000},
    "example": '"50bc157c212da1aec0b0940c01f57969"', "description": "ETags of answers that one has: 304 if it is one.",
}  # fmt: skip


def find_routers() -> list[APIRouter]:
    """The router of every module of `api/routes` and the folders there, in order of the modules' names."""
    found = pkgutil.walk_packages(routes.__path__, f"{routes.__name__}.")
    names = sorted((info.name.rpartition(".")[2], info.name) for info in found if not info.ispkg)
    return [importlib.import_module(name).router for _, name in names]


def document(app: FastAPI) -> Callable[[], Json]:
    """What makes the document of an application, once."""

    def make() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _write(app)
        return app.openapi_schema

    return make


def _write(app: FastAPI) -> Json:
    found: Json = get_openapi(
        title=app.title, version=app.version, openapi_version=VERSION, description=app.description, routes=app.routes,
        servers=[{"url": "http://127.0.0.1:8090", "description": "This machine."}],
    )  # fmt: skip
    for router in find_routers():
        for route in router.routes:
            if not isinstance(route, APIRoute) or not route.include_in_schema:
                continue
            for method in route.methods or ():
                _complete(found, found["paths"][route.path_format][method.lower()], route, method)
    for unused in ("HTTPValidationError", "ValidationError"):
        found["components"]["schemas"].pop(unused, None)
    return found


def _complete(whole: Json, operation: Json, route: APIRoute, method: str) -> None:
    """What FastAPI does not know of an operation."""
    answers, parameters = operation["responses"], operation.setdefault("parameters", [])
    successes = [status for status in answers if status.startswith(("2", "3"))]
    is_public = isinstance(access_of(route.dependant), Public)
    is_money = isinstance(route.response_model, type) and issubclass(route.response_model, MoneyAnswer)
    wanted = {status for status in answers if status[0] in "45"} | {"default"}
    if not is_public:
        wanted |= {"401", "403", "429", "503"}
    if parameters or "requestBody" in operation:
        wanted.add("422")
    if "{" in route.path_format and "{dimension}" not in route.path_format:
        wanted.add("404")
    if any(parameter["name"] == "cursor" for parameter in parameters):
        wanted.add("409")
    if any(parameter["name"] == "format" for parameter in parameters):
        wanted.add("406")
    if any(parameter["name"] == "If-Match" for parameter in parameters):
        wanted |= {"412", "428"}
    if method in METHODS and not is_public:
        wanted |= {"409", "422"}
        parameters.append(_KEY)
    if is_money:
        parameters.append(_TAG)
        answers["304"] = {"description": "The asker has it already.", "headers": _headers(is_money)}
    for status in wanted:
        if "json" not in "".join(answers.get(status, {}).get("content", {})) or status in ("422", "default"):
            answers[status] = _describe_problem(status)
    for status in successes:
        answers[status].setdefault("headers", {}).update(_headers(is_money))
    for answer in answers.values():
        _add_example(whole, answer.get("content", {}))
    _add_example(whole, operation.get("requestBody", {}).get("content", {}))
    if not parameters:
        del operation["parameters"]
    operation["responses"] = dict(sorted(answers.items()))


def _describe_problem(status: str) -> Json:
    kind = BY_STATUS.get(int(status), "internal") if status != "default" else "internal"
    example = {
        "type": f"{TYPE}{kind}", "title": TITLES[kind], "status": 500 if status == "default" else int(status),
        "detail": _DETAILS.get(status, TITLES[kind]), "instance": "req-5f0c2f6f0a9b4a52",
    }  # fmt: skip
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    found: Json = {"description": TITLES[kind] if status != "default" else "Any other problem.", "content": content}
    return {**found, "headers": _RETRY} if status in ("429",) else found


def _headers(is_money: bool) -> Json:
    names = {"X-Request-Id": "The request's name in the logs."}
    if is_money:
        names |= {"X-Snapshot-Id": "The publication that the figures are of.", "ETag": "Names this very answer."}
    return {name: {"schema": {"type": "string"}, "description": meaning} for name, meaning in names.items()}


def _add_example(whole: Json, content: Json) -> None:
    for media, one in content.items():
        if media == "application/json" and "schema" in one and not {"example", "examples"} & one.keys():
            one["example"] = make_example(whole, one["schema"])
        elif media != "application/json":
            one.setdefault("example", "billing_currency,effective_cost\r\nUSD,1043.250000000000\r\n")


def make_example(whole: Json, schema: Json) -> Any:
    """A value that a schema allows, of the examples that stand in it."""
    if "$ref" in schema:
        return make_example(whole, whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for name in ("example", "const", "default"):
        if name in schema:
            return schema[name]
    for name in ("examples", "enum"):
        if schema.get(name):
            return schema[name][0]
    for name in ("anyOf", "oneOf", "allOf"):
        if name in schema:
            return make_example(whole, schema[name][0])
    if schema.get("type") == "object":
        properties = {key: make_example(whole, value) for key, value in schema.get("properties", {}).items()}
        more = schema.get("additionalProperties")
        return properties or ({"name": make_example(whole, more)} if isinstance(more, dict) else {})
    if schema.get("type") == "array":
        return [make_example(whole, schema.get("items", {}))]
    formats = {"date": "2026-03-31", "date-time": "2026-04-01T06:12:09Z"}
    plain = {"integer": 1, "number": 1.0, "boolean": True, "null": None}
    return plain.get(schema.get("type", ""), formats.get(schema.get("format", ""), "text"))
