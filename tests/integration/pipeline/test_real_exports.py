"""`cloudcost run` on exports that nobody on this project wrote: totals as the files themselves add up, to the digit."""

import csv
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.integration.pipeline.conftest import Home

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

STEP = Decimal(1).scaleb(-12)
FILES = {
    "aws_2018": "aws_cur_2018_10/Oct2018-WorkshopCUR-00001.snappy.parquet",
    "focus_sample": "focus_1_0/focus_sample.csv",
    "aws_native": "native_samples/sample-anonymous-aws-export-dataset.csv",
    "azure_native": "native_samples/sample-anonymous-ea-export-dataset.csv",
    "azure_small": "azure_ea_small",
    "azure_template": "azure_header_variants/Template.csv",
}
PROVIDERS = {"aws_2018": "aws", "aws_native": "aws", "focus_sample": "auto"}


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def find_cost(rows: list[dict[str, str]]) -> str:
    """The spelling of Azure's cost column in this file."""
    spelled = {c.lower().replace("_", ""): c for c in rows[0]}
    return next(spelled[c] for c in ("costinbillingcurrency", "pretaxcost", "cost") if c in spelled)


def land(values: Iterable[str]) -> tuple[Decimal, Decimal]:
    """The sum of the values as they are stored, and what rounding each of them to twelve places took."""
    exact = [Decimal(v or "0") for v in values]
    stored = [v.quantize(STEP, ROUND_HALF_EVEN) for v in exact]
    return sum(stored, Decimal(0)), sum(exact, Decimal(0)) - sum(stored, Decimal(0))


@pytest.fixture(scope="module")
def home(realdata: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Home:
    paths = {name: realdata(relative) for name, relative in FILES.items()}
    home = Home(tmp_path_factory.mktemp("real"))
    sources = [
        f'  - {{name: {name}, provider: {PROVIDERS.get(name, "azure")}, location: "{path}"}}'
        for name, path in paths.items()
    ]
    home.configure("\n".join(["sources:", *sources, "forecasts: {horizon_days: 7}", ""]))
    done = home.call("run")
    assert done.returncode == 0, done
    assert "agree to the last decimal with the exports" in done.stdout
    return home


@pytest.fixture(scope="module")
def totals(home: Home) -> Mapping[str, tuple[Decimal, ...]]:
    """Billed, effective, their remainders, and rows per source."""
    rows = home.query(
        "select source_name, sum(billed_cost), sum(effective_cost), sum(line_item_count) "
        "from marts.fct_cost_monthly group by 1"
    )
    return {name: tuple(rest) for name, *rest in rows}


def remainder(home: Home, source: str, measure: str) -> Decimal:
    found = home.query(
        "select sum(rounding_remainder) from raw.control_totals "
        f"where source_name = '{source}' and measure = '{measure}'"
    )
    return Decimal(found[0][0])


def test_legacy_cur_of_october_2018(realdata: Callable[[str], Path], totals: Mapping[str, tuple[Decimal, ...]]) -> None:
    names = [
        "line_item_line_item_type", "line_item_unblended_cost", "reservation_effective_cost",
        "reservation_unused_recurring_fee", "reservation_unused_amortized_upfront_fee_for_billing_period",
        "reservation_reservation_a_r_n",
    ]  # fmt: skip
    table = pq.read_table(realdata(FILES["aws_2018"]))
    columns = {n.lower(): n for n in table.column_names}
    present = [columns.get(n) or columns.get(n.replace("_a_r_n", "_arn")) for n in names]
    rows = zip(*(table[n].to_pylist() if n else [None] * table.num_rows for n in present), strict=True)

    def money(value: object) -> Decimal:
        return Decimal(repr(value) if isinstance(value, float) else str(value or 0)).quantize(STEP, ROUND_HALF_EVEN)

    billed = effective = Decimal(0)
    for kind, unblended, reserved, recurring, upfront, arn in rows:
        billed += money(unblended)
        if kind == "DiscountedUsage":
            effective += money(reserved)
        elif kind == "RIFee":
            effective += money(recurring) + money(upfront)
        elif not (kind == "Fee" and arn):
            effective += money(unblended)
    assert totals["aws_2018"][:2] == (billed, effective) == (Decimal("4064.4831315379"), Decimal("4195.9571093179"))


def test_focus_sample_with_two_periods(
    home: Home, realdata: Callable[[str], Path], totals: Mapping[str, tuple[Decimal, ...]]
) -> None:
    rows = read_rows(realdata(FILES["focus_sample"]))
    expected, rest = land("0" if r["BilledCost"] == "NULL" else r["BilledCost"] for r in rows)
    assert (totals["focus_sample"][0], rest) == (expected, Decimal(0)) and expected == Decimal("20.52022672899")
    periods = {r["BillingPeriodStart"][:7] for r in rows}
    found = home.query(
        "select distinct strftime(billing_period, '%Y-%m') from marts.fct_cost_monthly "
        "where source_name = 'focus_sample'"
    )
    assert {p for (p,) in found} == periods and len(periods) == 2
    by_provider = home.query(
        "select invoice_issuer_name, sum(billed_cost) from intermediate.int_focus__unioned "
        "where source_name = 'focus_sample' group by 1"
    )
    stated: dict[str, Decimal] = {}
    for r in rows:
        stated[r["InvoiceIssuerName"]] = stated.get(r["InvoiceIssuerName"], Decimal(0)) + Decimal(r["BilledCost"])
    assert dict(by_provider) == stated


@pytest.mark.parametrize(
    ("source", "column", "exact"),
    [
        ("aws_native", "lineItem/UnblendedCost", "1.6823086974"),
        ("azure_native", None, "1.26136926505726"),
        ("azure_template", None, "16.393506212224391"),
    ],
)
def test_native_files(
    home: Home, realdata: Callable[[str], Path], totals: Mapping[str, tuple[Decimal, ...]],
    source: str, column: str | None, exact: str,
) -> None:  # fmt: skip
    rows = read_rows(realdata(FILES[source]))
    name = column or find_cost(rows)
    stored, rest = land(r[name] for r in rows)
    assert (totals[source][0], remainder(home, source, "billed_cost")) == (stored, rest)
    assert stored + rest == Decimal(exact)


def test_azure_actual_and_amortised(
    home: Home, realdata: Callable[[str], Path], totals: Mapping[str, tuple[Decimal, ...]]
) -> None:
    files = [
        read_rows(realdata(f"azure_ea_small/{name}"))
        for name in ("EA_ActualCost_Small.csv", "EA_AmortizedCost_Small.csv")
    ]
    expected = [land(r[find_cost(rows)] for r in rows) for rows in files]
    assert totals["azure_small"][:2] == (expected[0][0], expected[1][0])
    assert totals["azure_small"][:2] == (Decimal("8.545007786742"), Decimal("16.296932136637"))
    rests = tuple(remainder(home, "azure_small", m) for m in ("billed_cost", "effective_cost"))
    assert rests == (expected[0][1], expected[1][1])


def test_everything_reconciles(home: Home) -> None:
    rows, agreed = home.query(
        "select count(*), count(*) filter (is_reconciled and variance = 0) from marts.fct_reconciliation"
    )[0]
    assert rows == agreed > 20


def test_the_file_without_rows_is_told(home: Home) -> None:
    done = home.call("run")
    assert done.returncode == 0 and done.stdout.startswith("Nothing new: ")
    assert "EA_NoRows.csv holds no rows: taken as an empty delivery" in done.stderr


def test_check_recognises_every_format(home: Home) -> None:
    done = home.call("check")
    assert done.returncode == 0, done
    for source, name in {
        "aws_2018": "aws_cur",
        "focus_sample": "focus",
        "azure_template": "azure_cost_details",
    }.items():
        line = next(row for row in done.stdout.splitlines() if row.split()[:1] == [source])
        assert f"format {name};" in line and " ok " in line
