"""Runs one bill-only check: its question in, recommendations out."""

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Context, Decimal
from typing import Any

import duckdb

from savings.check import BillCheck, JudgedCheck, parameter_values
from savings.findings import Findings, Recommendation, Row, Skipped, make_recommendation_id

#: What every check returns; anything beside it and OPTIONAL is evidence.
REQUIRED = (
    "source_name",
    "billing_period",
    "cloud",
    "account_id",
    "region",
    "resource_id",
    "currency",
    "monthly_cost",
    "monthly_saving",
)
OPTIONAL = ("resource_name", "service_name", "component", "covered_cost", "confidence", "purchase_pool")
MONEY = Decimal("1e-12")
#: As many digits as DECIMAL(38,12) has.
_DIGITS = Context(prec=38)
_PARAMETER = re.compile(r"\$([a-z_]+)")


class EvidenceError(Exception):
    """A check's question does not return what a finding needs; the message says which column."""


def ask(
    connection: duckdb.DuckDBPyConnection, check: BillCheck, changed: Mapping[str, Any], today: dt.date
) -> list[Recommendation]:
    """What the check finds in the evidence of `connection`, the largest saving first.

    ``changed``: parameters that the installation changed. Raises what DuckDB raises for a wrong statement, and
    `EvidenceError` for columns that are missing.
    """
    return list(judge_bill(connection, check, changed, today).recommendations)


def judge_bill(
    connection: duckdb.DuckDBPyConnection, check: BillCheck, changed: Mapping[str, Any], today: dt.date
) -> Findings:
    """The same, with what the check did not judge."""
    values = parameter_values(check, changed)
    asked = {name: values[name] for name in set(_PARAMETER.findall(check.evidence))}
    names, rows = _fetch(connection, check.evidence, asked)
    skipped: Sequence[Skipped] = ()
    if isinstance(check, JudgedCheck):
        seeds = {name: _fetch(connection, f"select * from seed_{name}")[1] for name in check.seeds}
        judged, skipped = check.judge(rows, seeds, values)
        rows = [dict(row) for row in judged]
        names = list(rows[0]) if rows else list(REQUIRED)
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise EvidenceError(f"its evidence has no {', '.join(missing)}")
    found = _tell_apart([_recommend(check, row, values, today) for row in rows])
    return Findings(
        sorted(found, key=lambda one: (-(one.monthly_saving or Decimal(0)), one.recommendation_id)), skipped
    )


def _fetch(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any] | None = None
) -> tuple[list[str], list[dict[str, Any]]]:
    cursor = connection.execute(query, parameters or {})
    names = [column[0] for column in cursor.description]
    return names, [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _recommend(check: BillCheck, row: Row, values: Mapping[str, Any], today: dt.date) -> Recommendation:
    """One row of evidence as a recommendation; amounts are money to 12 decimals."""
    extra = {name: value for name, value in row.items() if name not in (*REQUIRED, *OPTIONAL)}
    resource, region = row["resource_id"] or "", row["region"] or ""
    saving = row["monthly_saving"]
    return Recommendation(
        recommendation_id=make_recommendation_id(
            check.name, row["cloud"], row["account_id"] or "", f"{resource or region} {row['currency']}"
        ),
        check_name=check.name,
        title=check.title,
        provider=row["cloud"],
        source_name=row["source_name"],
        billing_period=row["billing_period"],
        account_id=row["account_id"] or "",
        region=region,
        resource_id=resource,
        resource_name=row.get("resource_name"),
        service_name=row.get("service_name"),
        monthly_cost=_money(row["monthly_cost"]),
        monthly_saving=None if saving is None else _money(saving),
        covered_cost=_money(row.get("covered_cost") or 0),
        billing_currency=row["currency"],
        purchase_pool=row.get("purchase_pool") or "",
        lever=check.lever,
        component=row.get("component") or check.component,
        effort=check.effort,
        confidence=row.get("confidence") or check.confidence,
        risk_class=check.risk_class,
        remediation=check.remediation,
        evidence_kind="bill",
        reason=check.reason.format(**{name: _say(value) for name, value in {**values, **row}.items()}),
        evidence=json.dumps({name: _plain(value) for name, value in sorted(extra.items())}),
        created_on=today,
    )


def _tell_apart(found: Sequence[Recommendation]) -> list[Recommendation]:
    """With an id each: the same resource in two regions or sources is two findings, the first of which is named as
    though it were alone, so that ids stay what they are from day to day."""
    apart: dict[str, Recommendation] = {}
    for one in sorted(found, key=lambda one: (one.source_name, one.region, one.reason)):
        name, place = one.recommendation_id, 0
        while name in apart:
            place += 1
            other = f"{one.resource_id} {one.billing_currency} {one.source_name} {one.region} {place}"
            name = make_recommendation_id(one.check_name, one.provider, one.account_id, other)
        apart[name] = replace(one, recommendation_id=name)
    return list(apart.values())


def _money(value: Any) -> Decimal:
    return Decimal(value).quantize(MONEY, context=_DIGITS)


def _say(value: Any) -> str:
    """A value in a sentence: money and quantities to two decimals, without those of whole numbers."""
    if isinstance(value, Decimal | float):
        number = Decimal(str(value))
        return f"{number:,.0f}" if number == number.to_integral_value() else f"{number:,.2f}"
    return "" if value is None else str(value)


def _plain(value: Any) -> Any:
    """A value of JSON: exact numbers as text."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)
