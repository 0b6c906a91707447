"""`cloudcost run` on a company with planted waste: three native exports, and costs as its truth states them."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from simulator.opportunities import generate
from tests.integration.pipeline.conftest import Home

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]

_STEP = Decimal("0.000001")


def test_a_planted_company_is_ingested_to_the_digit(tmp_path: Path) -> None:
    truth = generate(tmp_path, company=4, seed=3)  # its AWS contract takes a part off what the bill states
    home = Home(tmp_path)
    done = home.call("run")
    assert done.returncode == 0, done
    assert "agree to the last decimal with the exports" in done.stdout
    last = dt.date.fromisoformat(truth["as_of"])
    basis = (
        f"from marts.fct_charges where charge_period_start >= '{last - dt.timedelta(days=29)}' "
        f"and charge_period_start < '{last + dt.timedelta(days=1)}'"
    )
    spend = home.query(f"select billing_currency, sum(effective_cost) {basis} group by 1")
    assert {currency: Decimal(amount).quantize(_STEP) for currency, amount in spend} == {
        currency: Decimal(amount) for currency, amount in truth["spend"].items()
    }
    billed = home.query(
        f"select resource_id, sum(effective_cost), count(distinct cast(charge_period_start as date)) {basis} group by 1"
    )
    costs = {str(resource).lower(): Decimal(amount) / days * 30 for resource, amount, days in billed}
    whole = [waste for waste in truth["waste"] if waste["component"] == "all"]
    assert whole
    for waste in whole:
        assert costs[waste["resource_id"].lower()].quantize(_STEP) == Decimal(waste["monthly_cost"]), waste
