"""Ways to spell a cost: those that are numbers, those that are none, and words for nothing."""

from decimal import Decimal

from benchmarks.inputs.draft import Draft, Right
from benchmarks.inputs.kinds.registry import TEXT, kind

NUMBERS = (
    "+1.5", "1.50000000000000", "1.5E-3", "1e2", ".5", "5.", "-0", "-0.00", "0001.5", "1.5e+1", "0E0", "-1.25e-07",
    "123456789012.123456789012", "-.5", "1E+2", "0.1234567890125", "0.1234567890135", "0.00000000000049999",
    "0.0000000000005", "2.5e-12", "0.30000000000000004", "7e-320", "00", "999999999999999.999999999999",
    "-0.0000000000015", "12345678.123456789012345678901234567890", "1.000000000000500000000000000000000000001",
)  # fmt: skip
NO_NUMBERS = (
    "1,5", "1.234,56", "1,234.56", "$1.5", "1.5 USD", "(1.5)", "1.5-", "12%", "NaN", "Infinity", "-inf", "1e400",
    "0x10", "1_000", "1'234.5", "１２", "1.5.2", "--1", "1 234", "true", "1e", "e5", "۱٫۵", "−1.5", "#REF!", "=1+1",
    "1.5e", "1,", "+-1", "1e5e5", "1/2", "٣", "0b1", "1.5f", "1d", "'1.5'", "one", "1.5\u00a0", "∞", ".", "-", "+",
    "1..5", "1e+", "1 .5", "1__0", "_1", "1e1_0",
)  # fmt: skip
TOO_MUCH = (
    "1e15", "99999999999999999999999999", "1e25", "-1000000000000000", "123456789012345678901234567890.5", "1e30",
)  # fmt: skip
WORDS = ("", "NULL", "null", "nan", "NaN", "None", "N/A", "n/a", "NONE", "Null")


def set_costs(draft: Draft, spellings: tuple[str, ...], count: int) -> int:
    """Spell the cost of some rows so; gives the first of these rows."""
    place = draft.column(draft.format.cost)
    chosen = sorted(draft.random.sample(range(len(draft.table.rows)), min(count, len(draft.table.rows))))
    net = draft.table.find(draft.format.net)
    words = [draft.random.choice(spellings) for _ in chosen]
    draft.details = ", ".join(words[:3])
    for row, word in zip(chosen, words, strict=True):
        draft.table.rows[row][place] = word
        if net is not None:
            draft.table.rows[row][net] = ""
    return chosen[0]


@kind("numbers", TEXT)
def costs_spelled_otherwise(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    set_costs(draft, NUMBERS, 8)


@kind("numbers", TEXT)
def costs_with_blanks(draft: Draft) -> None:
    set_costs(draft, (" 1.5", "1.5 ", "  -2.25  ", "\t3"), 4)


@kind("numbers", TEXT)
def costs_of_many_digits(draft: Draft) -> None:
    """More than twelve places, ties among them: each is rounded half-even, once."""
    draft.expect(Right.TAKEN)
    places = tuple(
        f"{draft.random.choice(['', '-'])}{draft.random.randint(0, 10 ** draft.random.randint(1, 9))}."
        f"{draft.random.randint(0, 10**12 - 1):012d}{draft.random.choice(['5', '50', '49', '500001', '4999999999'])}"
        for _ in range(12)
    )
    set_costs(draft, places, 12)


@kind("numbers", TEXT)
def all_costs_with_exponents(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    place = draft.column(draft.format.cost)
    for row in draft.table.rows:
        if row[place]:
            row[place] = f"{Decimal(row[place]):E}"


@kind("numbers", TEXT)
def a_cost_that_is_no_number(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "a cost that is no number")
    row = set_costs(draft, NO_NUMBERS, 1)
    draft.point_at(row, draft.table.names[draft.column(draft.format.cost)])
    if draft.details in ("NaN", "-"):
        draft.why = "a row without a cost"


@kind("numbers", TEXT)
def decimal_commas(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "costs with decimal commas")
    place = draft.column(draft.format.cost)
    for row in draft.table.rows:
        row[place] = f"{Decimal(row[place] or 0):f}".replace(".", ",")
    first = next((n for n, row in enumerate(draft.table.rows) if "," in row[place]), None)
    if first is None:
        draft.expect(Right.EITHER)
    else:
        draft.point_at(first, draft.table.names[place])


@kind("numbers", TEXT)
def a_cost_of_more_than_any_bill(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "a cost of more than any bill")
    row = set_costs(draft, TOO_MUCH, 1)
    draft.point_at(row, draft.table.names[draft.column(draft.format.cost)])


@kind("numbers", TEXT)
def a_row_without_cost(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "a row without a cost")
    row = set_costs(draft, WORDS, 1)
    draft.point_at(row)


@kind("numbers", TEXT)
def words_for_nothing(draft: Draft) -> None:
    """In columns that may be empty a word for nothing is nothing."""
    draft.expect(Right.TAKEN)
    places = [p for n in (*draft.format.spare, *draft.format.numbers) if (p := draft.table.find([n])) is not None]
    for row in draft.table.rows:
        for place in places:
            if draft.random.random() < 0.5:
                row[place] = draft.random.choice(WORDS)


@kind("numbers", TEXT)
def a_quantity_that_is_no_number(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "a quantity that is no number")
    place = draft.column(draft.format.numbers)
    row = draft.random.randrange(len(draft.table.rows))
    draft.table.rows[row][place] = draft.random.choice(["many", "1,5", "12 GB"])
    draft.point_at(row, draft.table.names[place])
