"""Runs one check that is a question in SQL: its question in, recommendations out."""

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Context, Decimal
from typing import Any

import duckdb

from core.errors import CloudcostError
from savings.check import InventoryCheck, JudgedCheck, QuestionCheck, parameter_values
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
OPTIONAL = (
    "resource_name",
    "service_name",
    "component",
    "covered_cost",
    "confidence",
    "purchase_pool",
    "unjudged",
    "finding_key",
)
MONEY = Decimal("1e-12")
#: As many digits as a DECIMAL(38,12) has, and more: Python's own 28 leave 16 before the point.
_EXACT = Context(prec=60)
#: The longest evidence in bytes, and reason in characters of up to four: columns of Redshift hold 65,535 bytes.
LONGEST_EVIDENCE, LONGEST_REASON = 64_000, 16_000
_PARAMETER = re.compile(r"\$([a-z_]+)")


class EvidenceError(CloudcostError):
    """A check's question does not return what a finding needs; the message says which column."""


def ask(
    connection: duckdb.DuckDBPyConnection, check: QuestionCheck, changed: Mapping[str, Any], today: dt.date
) -> list[Recommendation]:
    """What the check finds in the evidence of `connection`, the largest saving first.

    ``changed``: parameters that the installation changed. Raises what DuckDB raises for a wrong statement, and
    `EvidenceError` for columns that are missing.
    """
    return list(judge_bill(connection, check, changed, today).recommendations)


def judge_bill(
    connection: duckdb.DuckDBPyConnection, check: QuestionCheck, changed: Mapping[str, Any], today: dt.date
) -> Findings:
    """The same, with what the check did not judge."""
    values = parameter_values(check, changed)
    asked = {name: values[name] for name in set(_PARAMETER.findall(check.evidence))}
    names, rows = _fetch(connection, check.evidence, asked)
    skipped: list[Skipped] = []
    if isinstance(check, JudgedCheck):
        seeds = {name: _fetch(connection, f"select * from seed_{name}")[1] for name in check.seeds}
        judged, left_out = check.judge(rows, seeds, values)
        rows, skipped = [dict(row) for row in judged], list(left_out)
        names = list(rows[0]) if rows else list(REQUIRED)
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise EvidenceError(f"its evidence has no {', '.join(missing)}")
    found = []
    for row in rows:
        if (fault := _find_fault(row)) is None:
            found.append(_recommend(check, row, values, today))
        else:
            place = {name: str(row[name] or "") for name in ("account_id", "region", "resource_id")}
            skipped.append(Skipped(check_name=check.name, provider=row["cloud"] or "", **place, reason=fault))
    return Findings(
        sorted(_tell_apart(found), key=lambda one: (-(one.monthly_saving or Decimal(0)), one.recommendation_id)),
        skipped,
    )


def _find_fault(row: Row) -> str | None:
    """Why a row of evidence is no finding: what the check says, money without a currency, or an amount that is none."""
    if row.get("unjudged"):
        return str(row["unjudged"])
    if row["currency"] is None:
        return "the bill states no currency for it"
    amounts = [row["monthly_cost"]] + ([] if row["monthly_saving"] is None else [row["monthly_saving"]])
    if any(amount is None or not Decimal(amount).is_finite() for amount in amounts):
        return "the bill states no cost for it that can be reckoned with"
    return "it was credited with more than it cost" if amounts[0] < 0 else None


def _tell_apart(found: Iterable[Recommendation]) -> list[Recommendation]:
    """An id names one finding. Of several with the same (a resource that some lines name a region of and others do not,
    an account that two sources bill) that of the newest bill keeps it; the others are named by all that differs.
    """
    groups: defaultdict[str, list[Recommendation]] = defaultdict(list)
    for one in found:
        groups[one.recommendation_id].append(one)
    return [one for same in groups.values() for one in ([*same] if len(same) == 1 else _rename(same))]


def _rename(same: Iterable[Recommendation]) -> list[Recommendation]:
    def describe(one: Recommendation) -> list[str]:
        return [one.source_name, one.region, one.service_name or "", one.component, one.purchase_pool]

    first, *others = sorted(same, key=lambda one: (-one.billing_period.toordinal(), not one.region, describe(one)))
    named = [first]
    for place, one in enumerate(others):
        # what nothing tells apart is told apart by its place
        number = place if describe(one) in map(describe, named) else 0
        name = json.dumps([one.resource_id, one.billing_currency, *describe(one), number])
        new = make_recommendation_id(one.check_name, one.provider, one.account_id, name)
        named.append(replace(one, recommendation_id=new))
    return named


def _fetch(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any] | None = None
) -> tuple[list[str], list[dict[str, Any]]]:
    cursor = connection.execute(query, parameters or {})
    names = [column[0] for column in cursor.description]
    return names, [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _recommend(check: QuestionCheck, row: Row, values: Mapping[str, Any], today: dt.date) -> Recommendation:
    """One row of evidence as a recommendation; amounts are money to 12 decimals."""
    extra = {name: value for name, value in row.items() if name not in (*REQUIRED, *OPTIONAL)}
    resource, region = row["resource_id"] or "", row["region"] or ""
    saving = row["monthly_saving"]
    return Recommendation(
        recommendation_id=make_recommendation_id(
            check.name,
            row["cloud"],
            row["account_id"] or "",
            row.get("finding_key") or f"{resource or region} {row['currency']}",
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
        monthly_cost=as_money(row["monthly_cost"]),
        monthly_saving=None if saving is None else as_money(saving),
        covered_cost=as_money(row.get("covered_cost") or 0),
        billing_currency=row["currency"],
        purchase_pool=row.get("purchase_pool") or "",
        lever=check.lever,
        component=row.get("component") or check.component,
        effort=check.effort,
        confidence=row.get("confidence") or check.confidence,
        risk_class=check.risk_class,
        remediation=check.remediation,
        evidence_kind="inventory" if isinstance(check, InventoryCheck) else "bill",
        reason=shorten_reason(check.reason.format(**{name: _say(value) for name, value in {**values, **row}.items()})),
        evidence=write_evidence(extra),
        created_on=today,
    )


def write_evidence(values: Mapping[str, Any]) -> str:
    """The values as JSON; where that is too long, without the longest of them."""
    parts = {name: _plain(value) for name, value in sorted(values.items())}
    lengths = {name: len(json.dumps(part)) for name, part in parts.items()}
    for name in sorted(lengths, key=lambda name: -lengths[name]):
        if len(text := json.dumps(parts)) <= LONGEST_EVIDENCE:
            return text
        parts[name] = f"left out: {lengths[name]:,} characters"
    return json.dumps(parts)


def shorten_reason(text: str) -> str:
    """A sentence as long as every warehouse holds it."""
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 1]}…"


def as_money(value: Any) -> Decimal:
    """An amount to the places of money, however large it is."""
    return Decimal(value).quantize(MONEY, context=_EXACT)


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
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)
