"""docs/FOCUS.md says what the declaration says, and the recipes are configurations that load."""

import datetime as dt
import re
from pathlib import Path

import pytest
import yaml

from cloudcost.config.document import CloudcostConfig
from ingestion.contracts import DeliveryError
from ingestion.expressions.dates import PlausibleDates
from ingestion.expressions.sql import connect_scratch
from ingestion.incoming import Reading, read_incoming_file
from scripts.focus_doc import FILE, write_documentation
from tests.unit.ingestion.exports import write_csv

RECIPES = (FILE.parent / "RECIPES.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^## (.+?)\n(?:.*?\n)??```yaml\n(.*?)```", RECIPES, flags=re.MULTILINE | re.DOTALL)


def test_page_is_what_the_declaration_writes() -> None:
    assert FILE.read_text(encoding="utf-8") == write_documentation(), "run `python -m scripts.focus_doc`"


def test_the_columns_that_the_page_asks_for_are_enough_and_no_fewer_are(tmp_path: Path) -> None:
    required = re.findall(r"^- `(\w+)`$", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    values = {"BilledCost": "1", "BillingCurrency": "EUR", "ChargeCategory": "Usage"}
    row = {name: values.get(name, "2026-09-01" if name.endswith("Start") else "a") for name in required}
    assert read_totals(tmp_path, row) == [("EUR", 1)]
    for name in required:
        rest = {k: v for k, v in row.items() if k != name}
        if name == "BillingCurrency":
            assert read_totals(tmp_path, rest) == [("USD", 1)]
        else:
            with pytest.raises(DeliveryError):
                read_totals(tmp_path, rest)


def read_totals(folder: Path, row: dict[str, str]) -> list[tuple[str, int]]:
    path = write_csv(folder / "bill.csv", [row])
    reading = Reading("auto", None, "USD", PlausibleDates(dt.date(2026, 10, 5)))
    with connect_scratch() as scratch:
        taken = read_incoming_file(scratch, path, "bill.csv", folder / "landed.parquet", folder / "work", reading)
        assert taken.faults == {}
        return scratch.execute(
            "select billing_currency, sum(billed_cost)::integer from read_parquet(?) group by 1", [str(taken.path)]
        ).fetchall()


def test_every_vendor_has_a_recipe() -> None:
    assert [vendor for vendor, _ in SNIPPETS] == [
        "Google Cloud, exported to files", "Snowflake", "Databricks", "MongoDB Atlas", "IBM Cloud", "LiteLLM", "Kong",
    ]  # fmt: skip


@pytest.mark.parametrize("snippet", [text for _, text in SNIPPETS], ids=[vendor for vendor, _ in SNIPPETS])
def test_a_recipe_is_a_configuration(snippet: str) -> None:
    (source,) = CloudcostConfig.model_validate(yaml.safe_load(snippet)).sources
    assert (source.provider, source.format) == ("gcp" if source.name.startswith("gcp") else "auto", "auto")
