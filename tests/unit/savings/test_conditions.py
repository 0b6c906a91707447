"""What counts as outside production, by the names that people give."""

import duckdb
import pytest

from savings.conditions import is_nonproduction


@pytest.mark.parametrize(
    ("environment", "account_name", "expected"),
    [
        ("dev", None, True),
        (" Development ", "production", True),
        ("dev-eu", None, True),
        ("test2", None, True),
        ("Non-Prod", None, True),
        ("nonproduction", None, True),
        ("UAT", None, True),
        ("production", "dev", False),
        ("prod-test", None, False),
        ("device", None, False),
        ("latest", None, False),
        ("pre-prod", None, False),
        (None, "acme-staging", True),
        ("", "acme_sandbox_1", True),
        (None, "acme-prod", False),
        (None, "Contest Developments", False),
        (None, None, False),
    ],
)
def test_names_that_are_not_production(environment: str | None, account_name: str | None, expected: bool) -> None:
    with duckdb.connect() as connection:
        row = connection.execute(
            f"select coalesce({is_nonproduction('usage')}, false) "
            "from (select $1::varchar as environment, $2::varchar as account_name) as usage",
            [environment, account_name],
        ).fetchone()
    assert row == (expected,)
