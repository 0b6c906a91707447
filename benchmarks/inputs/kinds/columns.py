"""Columns that come in another order, under other names, twice, more or fewer of them."""

import re

from benchmarks.inputs.draft import Draft, Right, Unfit
from benchmarks.inputs.formats import squeeze
from benchmarks.inputs.kinds.registry import TEXT, kind

FLAT = ("csv", "parquet")


@kind("columns")
def as_it_is(draft: Draft) -> None:
    draft.expect(Right.TAKEN)


@kind("columns")
def another_order(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    places = list(range(len(draft.table.names)))
    draft.random.shuffle(places)
    draft.table.choose_columns(places)


@kind("columns", FLAT)
def names_spelled_otherwise(draft: Draft) -> None:
    """Lower case, upper case, blanks or underscores between the words: the same names."""
    draft.expect(Right.TAKEN)
    style = draft.random.choice(["lower", "upper", "snake", "blanks", "dashes"])
    draft.details = style
    table = draft.table
    table.names = [_respell(name, style) for name in table.names]
    if len({squeeze(n) for n in table.names}) < len(table.names):
        draft.expect(Right.EITHER)


def _respell(name: str, style: str) -> str:
    if style in ("lower", "upper"):
        return name.lower() if style == "lower" else name.upper()
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[_/. ]+", {"snake": "_", "blanks": " ", "dashes": "-"}[style], words)


@kind("columns", TEXT)
def blanks_around_names(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.table.names = [f" {n}  " for n in draft.table.names]


@kind("columns", TEXT, ["azure"])
def names_in_german(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.table.names = [n if n.startswith("x_") or "_" in n else f"Spalte für {n} ({n})" for n in draft.table.names]


@kind("columns")
def cost_under_a_foreign_name(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "no column says what it cost")
    place = draft.column(draft.format.cost)
    draft.place = ((draft.format.cost[0], "cost"),)
    draft.table.names[place] = draft.random.choice(["Kosten", "amount", "total", "betrag_brutto", "x"])


@kind("columns")
def a_required_column_is_missing(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "a column is missing without which no row can be placed")
    _drop(draft, draft.column([draft.random.choice(draft.format.required)]))


@kind("columns")
def an_optional_column_is_missing(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    known = [n for n in draft.format.spare if draft.table.find([n]) is not None]
    if not known:
        raise Unfit("no optional column")
    for name in draft.random.sample(known, draft.random.randint(1, len(known))):
        _drop(draft, draft.column([name]))


def _drop(draft: Draft, place: int) -> None:
    draft.table.choose_columns([p for p in range(len(draft.table.names)) if p != place])


@kind("columns")
def columns_nobody_knows(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    for number in range(draft.random.randint(1, 5)):
        name = draft.random.choice(["x_Extra", "new_column", "comment", "cost center owner", "ünïcode"]) + str(number)
        if draft.format.content == "avro":
            name = f"extra_{number}"
        place = draft.random.randint(0, len(draft.table.names))
        draft.table.add_column(place, name, [f"value {n}" for n in range(len(draft.table.rows))])


@kind("columns", FLAT)
def cost_column_twice(draft: Draft) -> None:
    """Two columns of one name in another case: nobody knows which of them states the cost."""
    draft.expect(Right.REFUSED, "two columns state the cost")
    place = draft.column(draft.format.cost)
    name = draft.table.names[place]
    other = {n for n in (name.lower(), name.upper(), name.replace("_", "")) if n != name}
    values = [row[place] for row in draft.table.rows]
    changed = values[1:] + values[:1]
    draft.place = ((name, name.lower()),)
    where = draft.random.randint(0, len(draft.table.names))
    draft.table.add_column(where, draft.random.choice(sorted(other)), changed, draft.table.types[place])


@kind("columns", TEXT)
def the_same_name_twice(draft: Draft) -> None:
    place = draft.column([*draft.format.spare])
    draft.table.add_column(place, draft.table.names[place], ["other"] * len(draft.table.rows))


@kind("columns", TEXT)
def a_column_without_name(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    values = [draft.random.choice(["", "7"])] * len(draft.table.rows)
    draft.table.add_column(draft.random.choice([0, len(draft.table.names)]), "", values)


@kind("columns", TEXT)
def a_line_break_in_a_name(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "a line break in a column's name")
    place = draft.random.randrange(len(draft.table.names))
    draft.table.names[place] += draft.random.choice(["\n(EUR)", "\r\nnew", "\n"])


@kind("columns", TEXT)
def more_names_than_values(draft: Draft) -> None:
    """A header that names last columns of which no row has a value; seen in Azure's exports."""
    draft.expect(Right.TAKEN)
    draft.table.names += [f"later_{n}" for n in range(draft.random.randint(1, 3))]


@kind("columns", TEXT)
def no_header(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "no row names the columns")
    draft.table.names = list(draft.table.rows.pop(0))


@kind("columns", TEXT)
def the_header_again_between_rows(draft: Draft) -> None:
    """Two files put one behind the other: the second one's header is a row without a cost."""
    draft.expect(Right.REFUSED, "a header among the rows")
    row = draft.random.randint(1, len(draft.table.rows) - 1)
    draft.table.rows.insert(row, list(draft.table.names))
    draft.point_at(row)
