"""The API does what its document says: whatever schemathesis sends, every answer is one that is documented."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.integration.api.company import Company, open_company

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
#: Questions of each operation.
QUICK, LONG = 2, 150
OPERATIONS = 35


@pytest.fixture(scope="module")
def home(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company of these tests' own: what is sent is done."""
    root = tmp_path_factory.mktemp("conforms")
    shutil.copytree(built / "home", root / "home", symlinks=True)
    yield open_company(root)


def list_operations(company: Company) -> list[Any]:
    schema = schemathesis.openapi.from_asgi("/openapi.json", company.app)
    return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


def send_all(company: Company, who: str, examples: int) -> int:
    """Send valid requests to every operation, and the examples of the document; how many were answered."""
    operations = list_operations(company)
    assert len(operations) >= OPERATIONS
    return sum(send(operation, who, examples) for operation in operations)


def send(operation: Any, who: str, examples: int) -> int:
    sent, documented = 0, operation.definition.raw["responses"]

    @given(case=operation.as_strategy())
    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def ask(case: Any) -> None:
        nonlocal sent
        answer = case.call_and_validate(headers={"Authorization": f"Bearer {who}"}, checks=CHECKS)
        sent += 1
        assert str(answer.status_code) in documented, (case.method, case.path, answer.status_code, answer.text)

    ask()
    return sent


@pytest.mark.parametrize("who", ["ada", "theo"])
def test_every_answer_is_one_that_is_documented(home: Company, who: str) -> None:
    assert send_all(home, who, QUICK) >= OPERATIONS


@pytest.mark.slow
@pytest.mark.parametrize("who", ["ada", "theo", "ben"])
def test_so_it_is_with_many(home: Company, who: str) -> None:
    assert send_all(home, who, LONG) > OPERATIONS * 50
