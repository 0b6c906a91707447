"""The values that a dimension has: what can be filtered by."""

from pydantic import BaseModel, ConfigDict, Field

from api.money.answers import Asking, Content, MoneyAnswer, describe, write_json
from api.money.costs import refuse
from api.money.formats import write_value
from api.money.measures import ALLOCATED, DAILY, QuestionError, find_dimension
from api.money.paging import Cursors, link_next
from api.money.questions import DEFAULT_LIMIT, MOST_LIMIT, Value
from api.money.rows import relation
from api.published import Reading


class ValuesQuery(BaseModel):
    """Which values are asked for."""

    model_config = ConfigDict(extra="forbid")

    prefix: Value = Field("", description="How they begin.")
    allocation: bool = Field(False, description="After rules and splits, instead of as tags say.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MOST_LIMIT, description="Values of one page.")
    cursor: str | None = Field(None, max_length=500, description="Where to go on, as the page before says.")


class DimensionValues(MoneyAnswer):
    """Values of a dimension."""

    dimension: str = Field(examples=["service_name"])
    items: list[str | None] = Field(
        description="In order of the alphabet; null where rows have none, which is filtered by as an empty text.",
        examples=[["Amazon EC2", "Amazon S3", None]],
    )
    next: str | None = Field(description="The cursor of the next page; null on the last.")


def answer_values(asking: Asking, dimension: str, query: ValuesQuery, reading: Reading) -> Content:
    """A page of the values that rows have which the caller sees."""
    table = ALLOCATED if query.allocation else DAILY
    try:
        column = f"costs.{find_dimension(table, dimension, 'dimension')}"
    except QuestionError as error:
        raise refuse(error) from error
    text = f"cast({column} as varchar)" if dimension == "billing_period" else column
    where = f"where left({text}, {len(query.prefix)}) = ?" if query.prefix else ""
    cursors, question = Cursors.of(asking.services), asking.name_question()
    offset = cursors.read(query.cursor, question, reading.snapshot.snapshot_id)
    _, rows = reading.rows(
        f"select distinct {column} from {relation(asking.services, asking.caller, table.name)} as costs "  # noqa: S608
        f"{where} order by 1 nulls last limit ? offset ?",
        [*([query.prefix] if query.prefix else []), query.limit + 1, offset],
    )
    is_more = len(rows) > query.limit
    cursor = cursors.write(question, reading.snapshot.snapshot_id, offset + query.limit) if is_more else None
    body = {
        **describe(reading.snapshot, ()),
        "dimension": dimension,
        "items": [write_value(value) for (value,) in rows[: query.limit]],
        "next": cursor,
    }
    return Content(write_json(body), headers={"Link": link_next(asking.request, cursor)} if cursor else {})
