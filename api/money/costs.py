"""Costs by dimension: the figures, their pages, their files, and what rates they were converted with."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from pydantic import Field

from api.money.answers import Asking, Content, MoneyAnswer, describe, list_stated, write_json
from api.money.formats import MEDIA_TYPES, Row, as_objects, choose_format, write_export, write_value
from api.money.measures import REPORTING, QuestionError
from api.money.paging import Cursors, link_next
from api.money.questions import DEFAULT_LIMIT, CostQuery, FormatName, PageQuery, Period, find_period, write_filters
from api.money.rows import relation
from api.money.statements import Column, Statement, write_statement
from api.problems import Fault, ProblemError
from api.published import Reading
from audit.log import AuditEntry, AuditLog

Cells = dict[str, str | int | bool | None]
_HUNDRED, _PERCENT_PLACES = Decimal(100), Decimal("1e-6")
#: More than any quotient of two amounts of 38 digits has before those places.
_DIGITS = 90


class Costs(MoneyAnswer):
    """Figures of costs."""

    period: dict[str, str] = Field(
        description="The time: kind (billing_period or charge_dates), start, and end, the day after the last one.",
        examples=[{"kind": "billing_period", "start": "2026-03-01", "end": "2026-04-01"}],
    )
    compared_with: dict[str, str] | None = Field(description="The time that it is compared with.")
    rates: list[Cells] | None = Field(
        description="With currency=reporting: by currency of the bills, the lowest and highest rate of a day, where it "
        "is from, and how many rows of a day have none and are in no sum."
    )
    items: list[Cells] = Field(
        description="A row for each combination; amounts are decimal texts.",
        examples=[[{"billing_currency": "USD", "service_name": "Amazon EC2", "effective_cost": "1043.250000000000"}]],
    )
    next: str | None = Field(description="The cursor of the next page; null on the last.")


def answer_costs(asking: Asking, query: CostQuery, reading: Reading) -> Content:
    """The answer to a question about costs."""
    period = find_period(query, reading.snapshot.last_period)
    try:
        statement = write_statement(asking.services, asking.caller, query, period)
    except QuestionError as error:
        raise refuse(error) from error
    before = period.before(query.compare) if query.compare else None
    periods = [one for one in (period, before) if one]
    rates = _list_rates(asking, query, periods, reading) if query.currency == "reporting" else None
    head = {
        **describe(reading.snapshot, periods, list_stated(asking.caller, query.source_name)),
        "period": period.as_json(),
        "compared_with": None if before is None else before.as_json(),
        "rates": rates,
    }
    return answer_rows(asking, query, reading, statement, head, "costs")


def answer_rows(
    asking: Asking, query: PageQuery, reading: Reading, statement: Statement, head: dict[str, Any], name: str
) -> Content:
    """A page of a statement's rows as JSON after ``head``, or all of them as a file that is called ``name``."""
    wanted = choose_format(asking.request, query.format)
    most = asking.services.installation.config.api.most_rows
    if wanted != "json" and not asking.caller.may("export_costs"):
        raise ProblemError(403, "forbidden", f"{wanted} needs the permission export_costs; JSON does not.")
    cursors, question = Cursors.of(asking.services), asking.name_question()
    offset = cursors.read(query.cursor, question, reading.snapshot.snapshot_id)
    limit = query.limit or (DEFAULT_LIMIT if wanted == "json" else most)
    _, rows = reading.rows(statement.sql, [*statement.parameters, limit + 1, offset])
    is_more = len(rows) > limit
    if is_more and (query.limit is None and wanted != "json"):
        raise _too_many(most)
    page = _add_percent(statement.columns, rows[:limit])
    cursor = cursors.write(question, reading.snapshot.snapshot_id, offset + limit) if is_more else None
    headers = {"Link": link_next(asking.request, cursor)} if cursor else {}
    if wanted == "json":
        body = {**head, "items": as_objects(statement.columns, page), "next": cursor}
        return Content(write_json(body), headers=headers, value=body)
    _record_export(asking, name, wanted, len(page), reading)
    headers["Content-Disposition"] = f'attachment; filename="{name}.{wanted}"'
    return Content(write_export(wanted, statement.columns, page), MEDIA_TYPES[wanted], headers)


def refuse(error: QuestionError) -> ProblemError:
    """The problem that a question is which cannot be asked."""
    pointer = f"query/{error.name}"
    return ProblemError(422, "invalid", f"{pointer}: {error}", [Fault(pointer=pointer, detail=str(error))])


def _too_many(most: int) -> ProblemError:
    sentence = f"The answer has more than {most:,} rows (api.most_rows): ask for fewer dimensions, or page by limit."
    return ProblemError(422, "invalid", sentence)


def _add_percent(columns: Sequence[Column], rows: Sequence[Row]) -> list[Row]:
    """Rows with the changes in percent, which no engine divides exactly: to six places; none where nothing was."""
    if not any(column.of for column in columns):
        return list(rows)
    asked = [column.name for column in columns if not column.of]
    found: list[Row] = []
    for row in rows:
        values = dict(zip(asked, row, strict=True))
        found.append(
            [
                _divide(values[f"{column.of}_change"], values[f"{column.of}_before"])
                if column.of
                else values[column.name]
                for column in columns
            ]
        )
    return found


def _divide(change: Decimal | int | None, before: Decimal | int | None) -> Decimal | None:
    if change is None or not before:
        return None
    with localcontext(prec=_DIGITS):
        return (Decimal(change) * _HUNDRED / abs(Decimal(before))).quantize(_PERCENT_PLACES, ROUND_HALF_EVEN)


def _list_rates(asking: Asking, query: CostQuery, periods: Sequence[Period], reading: Reading) -> list[Cells]:
    """By currency of the bills, the rates that a question's sums were converted with, in all of its periods."""
    conditions = [period.condition() for period in periods]
    wanted, values = " or ".join(sql for sql, _ in conditions), [one for _, given in conditions for one in given]
    try:
        filters, filtered = write_filters(REPORTING, query.filters)
    except QuestionError as error:
        raise refuse(error) from error
    names, rows = reading.rows(
        f"""
        select
            costs.billing_currency,
            cast(min(costs.exchange_rate) as varchar(60)) as lowest_rate,
            cast(max(costs.exchange_rate) as varchar(60)) as highest_rate,
            min(costs.rate_source) as rate_source,
            cast(sum(case when costs.exchange_rate is null then 1 else 0 end) as bigint) as rows_without_rate
        from {relation(asking.services, asking.caller, REPORTING.name)} as costs
        where {" and ".join([f"({wanted})", *filters])}
        group by 1 order by 1
        """,  # noqa: S608 - names are of the semantic layer
        [*values, *filtered],
    )
    return [dict(zip(names, map(write_value, row), strict=True)) for row in rows]


def _record_export(asking: Asking, name: str, wanted: FormatName, rows: int, reading: Reading) -> None:
    asked = asking.request.query_params
    details = {
        "question": {name: asked.getlist(name) for name in sorted(asked)},
        "format": wanted,
        "rows": rows,
        "snapshot": reading.snapshot.snapshot_id,
    }
    log = AuditLog(asking.services.store_of(asking.caller), asking.services.clock)
    log.append(AuditEntry(asking.caller.person.name, f"{name}.exported", name, details))
