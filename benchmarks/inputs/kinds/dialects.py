"""Encodings, quotes, separators and line ends."""

from collections.abc import Callable

from benchmarks.inputs.draft import Draft, Right
from benchmarks.inputs.kinds.damage import spoil_data
from benchmarks.inputs.kinds.registry import TEXT, kind
from benchmarks.inputs.tables import Table
from benchmarks.inputs.writing import Dialect, encode_text

FOREIGN = ["Müller & Söhne", "café", "東京リージョン", "Łódź", "naïve – “quoted”", "😀 team", "\u202eevil", "عربي"]


def set_spare(draft: Draft, values: list[str]) -> None:
    """Put texts into a column that no total depends on."""
    place = draft.column(draft.format.spare)
    for row in draft.table.rows:
        row[place] = draft.random.choice(values)


def knows_months(draft: Draft) -> None:
    """Remember the months, for files that the judge reads but nobody may place elsewhere."""
    draft.knows_periods, draft.periods = True, {f"{draft.main_month():%Y-%m}"}


@kind("encodings", TEXT)
def a_byte_order_mark(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.dialect.mark = True


@kind("encodings", TEXT)
def two_byte_order_marks(draft: Draft) -> None:
    draft.dialect.mark = True
    draft.dialect.first_line = "\ufeff"


@kind("encodings")
def text_of_all_languages(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    set_spare(draft, FOREIGN)


@kind("encodings", TEXT)
def another_encoding(draft: Draft) -> None:
    draft.dialect.mark = False
    draft.dialect.encoding = draft.random.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037"])
    if draft.dialect.encoding == "utf-16":  # the one that comes with a mark
        draft.expect(Right.TAKEN)


@kind("encodings", TEXT)
def a_western_encoding(draft: Draft) -> None:
    draft.dialect.mark = False
    draft.dialect.encoding = draft.random.choice(["latin-1", "cp1252", "cp850"])
    draft.table.rows = [[str(v).encode("ascii", "replace").decode() for v in row] for row in draft.table.rows]
    row = draft.random.randrange(len(draft.table.rows))
    draft.table.rows[row][draft.column(draft.format.spare)] = draft.random.choice(["Müller", "café"])
    draft.point_at(row)


@kind("encodings", TEXT)
def bytes_that_are_no_text(draft: Draft) -> None:
    """A few bytes of an old system in one value: nobody can say what they mean, and no cost depends on them."""
    row = draft.random.randrange(len(draft.table.rows))
    draft.table.rows[row][draft.column(draft.format.spare)] = "@@"
    draft.point_at(row)
    foreign = draft.random.choice([b"\xff\xfe", b"\xc3(", b"\xed\xa0\x80", b"\xe2\x82", b"\xf8\x88\x80"])
    draft.dialect.packing, draft.bare = "none", True
    spoil_data(draft, lambda data: data.replace(b"@@", foreign, 1))


@kind("encodings")
def marks_nobody_sees(draft: Draft) -> None:
    """Control characters, line separators of Unicode and zero-width marks within texts."""
    if draft.format.content == "csv":
        draft.dialect.quote_all = True
    draft.expect(Right.TAKEN)
    set_spare(draft, ["a\u2028b", "a\u0085b", "a\u200bb", "a\u00a0b", "a\x0bb", "a\x1fb", "a\x1bb"])


@kind("encodings")
def a_null_character(draft: Draft) -> None:
    set_spare(draft, ["a\x00b"])


@kind("quotes", TEXT)
def everything_in_quotes(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.dialect.quote_all = True


@kind("quotes", TEXT)
def quotes_where_they_must_be(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.dialect.quote_all = False
    set_spare(draft, ['said "yes"', "a, b", '"', '""', "'", 'x"', '"x', ",,,"])


@kind("quotes", TEXT)
def line_breaks_within_values(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    set_spare(draft, ["first\nsecond", "first\r\nsecond", "\n", "a\n\n\nb,c"])


@kind("quotes", TEXT)
def single_quotes(draft: Draft) -> None:
    draft.dialect.quote, draft.dialect.quote_all = "'", True


@kind("quotes", TEXT)
def escapes_with_a_backslash(draft: Draft) -> None:
    set_spare(draft, ['said "yes"', "C:\\temp\\", "\\N", 'end\\"'])
    draft.dialect.packing, draft.bare = "none", True
    spoil_data(draft, lambda data: data.replace(b'""', b'\\"'))


@kind("quotes", TEXT)
def a_quote_that_is_not_closed(draft: Draft) -> None:
    set_spare(draft, ["@@"])
    draft.dialect.quote_all, draft.dialect.packing, draft.bare = False, "none", True
    mark = draft.random.choice([b'"open', b'open"', b'"o"pen', b'o"pen'])
    spoil_data(draft, lambda data: data.replace(b"@@", mark, 1))


@kind("quotes", TEXT)
def blanks_behind_separators(draft: Draft) -> None:
    draft.dialect.packing, draft.bare = "none", True
    draft.dialect.skips_blanks, draft.has_one_fault = True, False

    def spread(data: bytes) -> bytes:
        head, rest = data.split(b"\n", 1)
        return head + b"\n" + rest.replace(b",", b", ")

    spoil_data(draft, spread)


@kind("separators", TEXT)
def another_separator(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.dialect.separator = draft.random.choice([";", "\t", "|", ";"])
    knows_months(draft)


@kind("separators", TEXT)
def a_line_that_names_the_separator(draft: Draft) -> None:
    draft.dialect.separator = draft.random.choice([";", ",", "\t"])
    draft.dialect.first_line = f"sep={draft.dialect.separator}\r\n"


@kind("separators", TEXT)
def mixed_line_ends(draft: Draft) -> None:
    """The header with CR LF, rows with LF, or the other way round, or changing."""
    draft.expect(Right.TAKEN)
    draft.dialect.packing, draft.bare = "none", True
    _write_rows(draft, _choose_ends(draft))


def _choose_ends(draft: Draft) -> Callable[[int], str]:
    style = draft.random.choice(["header", "rows", "turns"])
    draft.details = style
    ends = {"header": ("\r\n", "\n"), "rows": ("\n", "\r\n")}.get(style)
    return lambda n: ends[min(n, 1)] if ends else ("\r\n" if n % 2 else "\n")


def _write_rows(draft: Draft, end_of: Callable[[int], str]) -> None:
    dialect = draft.dialect

    def join(built: Draft) -> None:
        lines = []
        for number, row in enumerate([built.table.names, *built.table.rows]):
            plain = Dialect(dialect.separator, end_of(number), dialect.quote, dialect.quote_all, dialect.encoding)
            lines.append(encode_text(Table(row, [], []), plain))
        built.files[built.names[0]] = (b"\xef\xbb\xbf" if dialect.mark else b"") + b"".join(lines)

    draft.after.append(join)


@kind("separators", TEXT)
def line_ends_of_old_macs(draft: Draft) -> None:
    draft.dialect.line_end = "\r"


@kind("separators", TEXT)
def no_line_end_at_the_end(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.dialect.packing, draft.bare = "none", True
    spoil_data(draft, lambda data: data.rstrip(b"\r\n"))
    if draft.table.rows[-1][-1] == "" and not draft.dialect.quote_all:
        draft.details = "the last value is empty"


@kind("separators", TEXT)
def a_separator_behind_every_row(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.table.add_column(len(draft.table.names), "", [""] * len(draft.table.rows))
