"""Ways to spell a day: those that are known, those that may be read, and days that no bill has."""

import datetime as dt

from benchmarks.inputs.draft import Draft, Right, Unfit
from benchmarks.inputs.kinds.dialects import knows_months
from benchmarks.inputs.kinds.registry import TEXT, kind

KNOWN = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.000Z", "%Y-%m-%dT%H:%M:%S+00:00")
OTHERS = ("%d.%m.%Y", "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d-%b-%Y", "%B %d, %Y", "%Y%m%d", "%y-%m-%d",
          "%s", "%d/%m/%y", "%Y-%jT00:00:00Z", "%G-W%V-%u", "%d.%m.%y",
          "%A %d %B %Y")  # fmt: skip
IMPLAUSIBLE = ("9999-12-31", "0001-01-01", "1970-01-01", "1999-12-31", "2150-06-01", "2029-01-01", "10000-01-01",
               "infinity", "-infinity", "epoch", "99999-01-01", "0999-01-01", "2026-10-01 (BC)", "1899-12-30",
               "9999-12-31T23:59:59Z", "294247-01-10", "1900-01-01 00:00:00")  # fmt: skip
NO_DAYS = ("2026-02-30", "2026-13-01", "yesterday", "2026-10-01T25:00:00Z", "0000-00-00", "2026-00-10", "TBD", "46296",
           "2026-10", "2026-10-32", "now", "today", "10:30")  # fmt: skip


def read_days(draft: Draft, place: int) -> list[dt.datetime]:
    """The days of a column as they are spelled in sound exports."""
    days = []
    for row in draft.table.rows:
        text = str(row[place]).replace("Z", "").replace(" UTC", "").replace("T", " ")
        form = "%m/%d/%Y" if "/" in text else "%Y-%m-%d %H:%M:%S"[: {10: 8, 16: 14}.get(len(text), 17)]
        try:
            days.append(dt.datetime.strptime(text, form))
        except ValueError as error:
            raise Unfit(f"a day that is spelled {text!r} already") from error
    return days


def respell(draft: Draft, form: str) -> None:
    """Spell all days of the export in one way."""
    fmt, table = draft.format, draft.table
    wanted = [p for n in dict.fromkeys((*fmt.period, *fmt.start, *fmt.end)) if (p := table.find([n])) is not None]
    places = [p for p in wanted if "invoice" not in table.names[p].lower()]
    for place in places:
        for row, day in zip(table.rows, read_days(draft, place), strict=True):
            row[place] = day.strftime(form)
    draft.details = form


@kind("dates", TEXT)
def days_spelled_as_known(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    knows_months(draft)
    respell(draft, draft.random.choice(KNOWN))


@kind("dates", TEXT)
def days_spelled_otherwise(draft: Draft) -> None:
    """They may be read where only one reading is possible; never as another month."""
    knows_months(draft)
    respell(draft, draft.random.choice(OTHERS))


@kind("dates", TEXT, ["plain"])
def midnight_of_a_zone_in_the_east(draft: Draft) -> None:
    """The first of a month there is the last day of the month before in UTC; the bill is that of the month there."""
    if draft.format.provider != "auto":
        raise Unfit("only FOCUS files of anybody come with offsets")
    knows_months(draft)
    draft.expect(Right.TAKEN)
    respell(
        draft, draft.random.choice(["%Y-%m-%dT%H:%M:%S+02:00", "%Y-%m-%d %H:%M:%S+13:00", "%Y-%m-%dT%H:%M:%S+05:30"])
    )


@kind("dates", TEXT)
def a_charge_on_an_implausible_day(draft: Draft) -> None:
    _set_day(draft, draft.column(draft.format.start), IMPLAUSIBLE, "a charge on a day that no bill has")


@kind("dates", TEXT)
def a_bill_of_an_implausible_month(draft: Draft) -> None:
    place = draft.column(draft.format.period)
    words: tuple[str, ...] = IMPLAUSIBLE
    if "invoice" in draft.table.names[place].lower():
        words = ("999912", "000101", "197001", "202613", "20261", "2026100", "202900", "190001", "abc")
    _set_day(draft, place, words, "a month that no bill has")


@kind("dates", TEXT)
def a_day_that_is_none(draft: Draft) -> None:
    _set_day(draft, draft.column(draft.format.start), NO_DAYS, "a day that is none")


@kind("dates", TEXT)
def every_day_implausible(draft: Draft) -> None:
    draft.expect(Right.REFUSED, "days that no bill has")
    place = draft.column(draft.format.start)
    word = draft.random.choice(IMPLAUSIBLE)
    for row in draft.table.rows:
        row[place] = word
    draft.details = word
    draft.point_at(0, draft.table.names[place])


def _set_day(draft: Draft, place: int, words: tuple[str, ...], why: str) -> None:
    draft.expect(Right.REFUSED, why)
    row = draft.random.randrange(len(draft.table.rows))
    word = draft.random.choice(words)
    draft.table.rows[row][place] = word
    draft.details = word
    draft.point_at(row, draft.table.names[place])


@kind("dates", TEXT)
def a_bill_without_month(draft: Draft) -> None:
    places = [p for n in draft.format.period if (p := draft.table.find([n])) is not None]
    row = draft.random.randrange(len(draft.table.rows))
    draft.expect(Right.REFUSED, "a row that no month can be told of")
    for place in places:
        draft.table.rows[row][place] = ""
    draft.point_at(row)


@kind("dates", TEXT)
def an_end_many_years_on(draft: Draft) -> None:
    """A purchase for three years ends in three; one that ends in the year 9999 may be refused."""
    place = draft.column(draft.format.end)
    years = draft.random.choice([3, 5, 9, 500, 7973])
    draft.expect(Right.TAKEN if years < 10 else Right.EITHER)
    row = draft.random.randrange(len(draft.table.rows))
    draft.table.rows[row][place] = f"{2026 + years}-10-01"
    draft.details = f"{2026 + years}"


@kind("dates", TEXT)
def rows_of_two_months(draft: Draft) -> None:
    """A file without a manifest may hold several months: each is one bill."""
    fmt, table = draft.format, draft.table
    draft.bare = True
    draft.expect(Right.TAKEN)
    for name in dict.fromkeys((*fmt.period, *fmt.start, *fmt.end)):
        place = table.find([name])
        if place is None:
            continue
        if "invoice" in table.names[place].lower():
            for row in table.rows[::2]:
                row[place] = str(int(row[place]) - 1)
            continue
        for row, day in list(zip(table.rows, read_days(draft, place), strict=True))[::2]:
            row[place] = f"{_month_before(day):%Y-%m-%dT%H:%M:%SZ}"


def _month_before(day: dt.datetime) -> dt.datetime:
    """The same day and time of the month before; of days that it may not have its 28th, and no time turns back."""
    before = (day.replace(day=1) - dt.timedelta(days=1)).replace(day=min(day.day, 28))
    return before if day.day <= 28 else before.replace(hour=23, minute=59, second=59)
