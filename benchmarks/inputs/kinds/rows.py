"""Rows that are moved, repeated, missing, too short, too long, or no charges at all."""

from benchmarks.inputs.draft import Draft, Right
from benchmarks.inputs.kinds.registry import TEXT, kind
from benchmarks.inputs.tables import Table


@kind("rows")
def rows_in_another_order(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.random.shuffle(draft.table.rows)


@kind("rows")
def one_row_alone(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.table.rows = [draft.random.choice(draft.table.rows)]


@kind("rows")
def no_rows(draft: Draft) -> None:
    draft.table.rows = []


@kind("rows")
def one_row_twice(draft: Draft) -> None:
    """AWS names its lines: the very same line again is refused. Elsewhere nothing tells it from another charge."""
    row = draft.random.randrange(len(draft.table.rows))
    draft.table.rows.insert(draft.random.randint(0, len(draft.table.rows)), list(draft.table.rows[row]))
    place = draft.table.find(["identitylineitemid"])
    if place is not None and draft.table.rows[row][place]:
        draft.expect(Right.REFUSED, "a line is there twice")


@kind("rows", TEXT)
def a_row_too_short(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "a row has fewer values than columns")
    row = draft.random.randint(1, len(draft.table.rows) - 1)
    del draft.table.rows[row][-draft.random.randint(1, 3) :]
    draft.point_at(row)


@kind("rows", TEXT)
def a_row_too_long(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "a row has more values than columns")
    row = draft.random.randint(1, len(draft.table.rows) - 1)
    draft.table.rows[row] += ["one", "more"]
    draft.point_at(row)


@kind("rows", TEXT)
def blank_last_row(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.bare = True
    draft.table.rows += [[""] * len(draft.table.names)] * draft.random.randint(1, 4)


@kind("rows", TEXT)
def empty_lines_at_the_end(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.dialect.packing, draft.bare = "none", True
    count = draft.random.randint(1, 5)

    def spoil(built: Draft) -> None:
        built.files[built.names[0]] += built.dialect.line_end.encode() * count

    draft.after.append(spoil)


@kind("rows", TEXT)
def a_total_as_last_row(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "a total among the charges would count them twice")
    row = [""] * len(draft.table.names)
    row[0] = "Total"
    row[draft.column(draft.format.cost)] = "1234.56"
    draft.table.rows.append(row)


@kind("rows", TEXT)
def words_before_the_header(draft: Draft) -> None:
    draft.dialect.first_line = draft.random.choice(["Exported on 2 November\n", "\n", "# comment\r\n"])


@kind("rows")
def in_several_files(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    count = min(draft.random.randint(2, 5), len(draft.table.rows))
    draft.parts = [
        Table(draft.table.names, draft.table.types, draft.table.rows[n::count]) for n in range(count)
    ]  # fmt: skip


@kind("rows")
def a_file_and_its_copy(draft: Draft) -> None:
    """Without a manifest equal files count once."""
    draft.expect(Right.TAKEN)
    draft.bare = True

    def copy(built: Draft) -> None:
        name = built.names[0]
        stem, dot, end = name.partition(".")
        built.files[f"{stem} (1){dot}{end}"] = built.files[name]
        built.also_named.append(f"{stem} (1){dot}{end}")

    draft.after.append(copy)


@kind("rows")
def the_same_rows_in_two_files(draft: Draft) -> None:
    """A dump that grows: the second file holds the rows of the first and more. Without a manifest that is doubted."""
    draft.expect(Right.REFUSED, "two files hold the same rows")
    draft.bare = True
    half = max(2, len(draft.table.rows) // 2)
    first = Table(draft.table.names, draft.table.types, draft.table.rows[:half])
    draft.parts = [first, draft.table]


@kind("rows")
def another_file_without_costs(draft: Draft) -> None:
    """What lies beside an export and is none: left alone, or named, but never in the way."""
    name, content = draft.random.choice(
        [("readme.txt", b"hello"), ("_SUCCESS", b""), (".part.crc", b"\0\1"), ("notes.md", b"# bill"),
         ("thumbs.db", b"\0"), ("report.xlsx", b"PK\3\4")]
    )  # fmt: skip
    draft.expect(Right.TAKEN)

    def add(built: Draft) -> None:
        folder = built.names[0].rpartition("/")[0]
        built.files[f"{folder}/{name}".lstrip("/")] = content

    draft.after.append(add)


@kind("rows")
def one_row_in_another_currency(draft: Draft) -> None:
    place = draft.column(draft.format.currency)
    row = draft.random.randrange(len(draft.table.rows))
    draft.table.rows[row][place] = draft.random.choice(["GBP", "JPY", "CHF"])


@kind("rows", TEXT)
def a_currency_spelled_otherwise(draft: Draft) -> None:
    """Small letters and blanks around it: the same currency."""
    draft.expect(Right.TAKEN)
    place = draft.column(draft.format.currency)
    for row in draft.table.rows:
        row[place] = draft.random.choice([str(row[place]).lower(), f" {row[place]} ", str(row[place])])


@kind("rows")
def a_currency_that_is_none(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "a currency that is none")
    place = draft.column(draft.format.currency)
    word = draft.random.choice(["US$", "Dollar", "ZZZ", "DBU", "12", "U S D", "€"])
    for row in draft.table.rows:
        row[place] = word
