"""From what amount on a saving is shown: a yen is nothing, a Kuwaiti dinar is much."""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from pydantic import ValidationError

from cloudcost.analytics.savings import find_savings
from cloudcost.installation import Installation
from savings.settings import SavingsSettings
from tests.savings_bill import LAST_DAY, Bill

#: What one unit is in US dollars, and what each volume costs a month: a gp2 volume's change to gp3 saves a fifth.
RATES = {"JPY": "0.0066", "KWD": "3.25", "EUR": "1.25"}
COSTS = {"USD": ["4", "6"], "JPY": ["500", "900"], "KWD": ["1", "2"], "EUR": ["3.9", "4.2"], "GBP": ["4", "6"]}


def find(folder: Path, setting: str, reporting: str = "USD") -> set[str]:
    """The volumes of which something is found, by currency and cost a month."""
    (folder / "cloudcost.yaml").write_text(
        f"sources: [{{name: aws, provider: aws, location: exports}}]\nreporting_currency: {reporting}\n"
        f"savings: {{minimum_monthly_saving: {setting}}}\n"
    )
    (folder / "home").mkdir()
    bill = Bill()
    for currency, costs in COSTS.items():
        for cost in costs:
            bill.add(f"{currency} {cost}", "EBS:VolumeUsage.gp2", cost=Decimal(cost) / 30, quantity=Decimal(100) / 31,
                     unit="GB-Months", billing_currency=currency)  # fmt: skip
    file = folder / "home" / "warehouse.duckdb"
    bill.write(file)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.int_rates__applied (reporting_currency text, billing_currency text, "
            "billing_period date, charge_date date, exchange_rate decimal(38,12))"
        )
        for currency, rate in RATES.items():
            for day, known in (("2026-10-29", Decimal(rate) / 10), ("2026-10-30", Decimal(rate)), ("2026-10-31", None)):
                row = ["USD", currency, "2026-10-01", day, known]
                connection.execute("insert into intermediate.int_rates__applied values (?, ?, ?, ?, ?)", row)
    judged = find_savings(Installation(folder / "cloudcost.yaml", folder / "home", "cli"), LAST_DAY)
    return {one.resource_id for one in judged.done.findings.recommendations if one.check_name == "gp2_to_gp3"}


@pytest.mark.parametrize(
    ("setting", "reporting", "shown"),
    [
        # a fifth of 6 is 1.2 USD, of 900 JPY 1.19 USD, of 2 KWD 1.3 USD, of 4.2 EUR 1.05 USD; of GBP nobody knows
        ("1", "USD", {"USD 6", "JPY 900", "KWD 2", "EUR 4.2", "GBP 6"}),
        ("{JPY: 90, KWD: 0.1}", "USD", {"USD 6", "JPY 500", "JPY 900", "KWD 1", "KWD 2", "EUR 4.2", "GBP 6"}),
        ("{USD: 0.7, GBP: 2}", "USD", {f"{c} {cost}" for c, costs in COSTS.items() for cost in costs}
         - {"JPY 500", "KWD 1", "GBP 4", "GBP 6"}),
        # of no currency a rate into this one is known
        ("1", "CHF", {"USD 6", "JPY 500", "JPY 900", "GBP 6"}),
        ("0", "USD", {f"{c} {cost}" for c, costs in COSTS.items() for cost in costs}),
    ],
)  # fmt: skip
def test_a_saving_is_compared_in_its_currency(tmp_path: Path, setting: str, reporting: str, shown: set[str]) -> None:
    assert find(tmp_path, setting, reporting) == shown


@pytest.mark.parametrize("setting", [-1, {"JPY": -1}, {"yen": 1}, "much", {"JPY": "NaN"}])
def test_what_is_no_amount_is_refused(setting: object) -> None:
    with pytest.raises(ValidationError, match="minimum_monthly_saving"):
        SavingsSettings.model_validate({"minimum_monthly_saving": setting})
