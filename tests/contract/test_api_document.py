"""The document of the API that is checked in is what the code makes, is whole, and makes a client that works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi.routing import APIRoute

from api.access import Public, access_of
from api.documentation import find_routers
from scripts.client import write_client
from scripts.openapi import FILE, write_document
from tests.integration.api.company import open_company

DOCUMENT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
OPERATIONS = [(method, path) for path, item in DOCUMENT["paths"].items() for method in item]
PUBLIC = {
    route.path_format
    for router in find_routers()
    for route in router.routes
    if isinstance(route, APIRoute) and isinstance(access_of(route.dependant), Public)
}


def test_the_file_is_what_the_code_makes() -> None:
    assert FILE.read_text(encoding="utf-8") == write_document(), "run: python -m scripts.openapi"
    assert DOCUMENT["openapi"].startswith("3.1.")


def list_contents(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from operation.get("requestBody", {}).get("content", {}).items()
    for answer in operation["responses"].values():
        yield from answer.get("content", {}).items()


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_has_words_examples_and_its_problems(method: str, path: str) -> None:
    operation = DOCUMENT["paths"][path][method]
    assert operation["description"] or operation["summary"]
    for media, content in list_contents(operation):
        assert "example" in content, (path, media)
        if "json" in media and "ndjson" not in media:
            schema = {**content["schema"], "components": DOCUMENT["components"]}
            jsonschema.Draft202012Validator(schema).validate(content["example"])
    answers = operation["responses"]
    if path in PUBLIC:
        return
    assert {"401", "403", "429", "503", "default"} <= answers.keys() and operation["security"]
    for status, answer in answers.items():
        if status[0] in "45d":
            assert list(answer["content"]) == ["application/problem+json"], (path, status)
    parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
    assert ("Idempotency-Key" in parameters) == (method in ("post", "put", "patch", "delete"))
    assert ("If-Match" in parameters) == ({"412", "428"} <= answers.keys())
    assert ("304" in answers) == ("If-None-Match" in parameters)
    if "cursor" in parameters:
        assert "409" in answers


def test_a_generated_client_works(built: Path) -> None:
    module: dict[str, Any] = {}
    exec(compile(write_client(DOCUMENT), "client.py", "exec"), module)
    company = open_company(built)
    ana, theo = (module["Client"]("http://localhost", who, company.client(who)) for who in ("ana", "theo"))
    answer = ana.read_costs(month="2026-10", group_by="service_name", limit=1000)
    assert answer == company.get("ana", "/v1/costs", month="2026-10", group_by="service_name", limit=1000).json()
    assert answer["items"] and theo.read_version()["api"] == "v1"
    assert ana.read_costs(format="csv").startswith(b"billing_currency,effective_cost")
    for status, ask in ((403, theo.list_audit), (404, lambda: ana.read_proposal("prop-0"))):
        with pytest.raises(module["Problem"]) as refused:
            ask()
        assert refused.value.status == status == refused.value.body["status"]
    names = {operation["operationId"] for item in DOCUMENT["paths"].values() for operation in item.values()}
    assert names <= set(dir(ana))
