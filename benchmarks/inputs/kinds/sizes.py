"""Large and many: values, columns, rows, files."""

from benchmarks.inputs.draft import Draft, Right
from benchmarks.inputs.kinds.registry import TEXT, kind
from benchmarks.inputs.tables import Table


@kind("sizes", TEXT)
def a_value_of_ten_megabytes(draft: Draft) -> None:
    place = draft.column(draft.format.spare)
    draft.table.rows[0][place] = "x" * draft.random.choice([10_000_000, 17_000_000, 60_000_000])
    draft.details = f"{len(draft.table.rows[0][place]):,} characters"


@kind("sizes", TEXT)
def a_few_values_of_a_megabyte(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    place = draft.column(draft.format.spare)
    for row in draft.table.rows[:8]:
        row[place] = "x" * 1_000_000


@kind("sizes", TEXT)
def one_line_without_end(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "a line without an end")
    draft.dialect.packing, draft.bare = "none", True
    draft.judged = [b"x,"]  # the other reader would take gigabytes to find that it holds no cost
    draft.after.append(lambda built: built.files.update({built.names[0]: b"x," * 20_000_000}))


@kind("sizes", ("csv", "parquet"))
def thousands_of_columns(draft: Draft) -> None:
    count = draft.random.choice([500, 3_000])
    draft.expect(Right.TAKEN if count == 500 else Right.EITHER)
    draft.details = f"{count} more columns"
    table = draft.table
    table.rows = [[*row, *([None] * count)] for row in table.rows[:20]]
    first = len(table.names)
    table.names = [*table.names, *(f"x_extra_{n}" for n in range(count))]
    table.types = [*table.types, *([table.types[0]] * (len(table.names) - first))]


@kind("sizes")
def many_rows(draft: Draft) -> None:
    """As many rows as an hour of a large bill; AWS's line ids are made unique."""
    draft.expect(Right.TAKEN)
    times = 10_000 // len(draft.table.rows)
    identity = draft.table.find(["identitylineitemid"])
    rows = []
    for copy in range(times):
        for row in draft.table.rows:
            added = list(row)
            if identity is not None:
                added[identity] = f"{row[identity]}-{copy}"
            rows.append(added)
    draft.table.rows = rows


@kind("sizes")
def dozens_of_files(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.dialect.packing = "none"
    count = min(40, len(draft.table.rows))
    draft.parts = [Table(draft.table.names, draft.table.types, draft.table.rows[n::count]) for n in range(count)]


@kind("sizes", TEXT)
def a_name_of_a_hundred_kilobytes(draft: Draft) -> None:
    draft.table.add_column(0, "x" * 100_000, [""] * len(draft.table.rows))
