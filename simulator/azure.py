"""Azure Cost Management exports of the company's Enterprise Agreement: actual and amortised cost."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from simulator.azure_commitments import buy_benefits, planted_lines
from simulator.azure_fees import ACTUAL, AMORTISED, benefit_columns, make_fees
from simulator.azure_items import AZURE_ITEMS
from simulator.azure_lines import HEADER, describe_lines, quote_rows
from simulator.company import AZURE_ACCOUNTS, AZURE_ENROLLMENT
from simulator.events import Happenings, plan_lines
from simulator.fleet import Fleet, build_lines, make_guid
from simulator.periods import Period, Window
from simulator.plans import PLANS, Plan
from simulator.rhythm import QUANTITY_SCALE
from simulator.truth import Measures
from simulator.waste import waste_lines
from simulator.writers import to_text, write_csv, write_json

ROOT = "exports"
EXPORT_NAMES = {ACTUAL: "fernhill-actual", AMORTISED: "fernhill-amortized"}
_EXPORT_TYPES = {ACTUAL: "ActualCost", AMORTISED: "AmortizedCost"}
_ROWS_PER_FILE = 8_000
_PRICE_SCALE = 1_000_000
#: The retail price against the contract price, in percent.
_RETAIL_PERCENT = 108


class AzureExport:
    """Both exports of one billing account, month by month."""

    provider = "azure"
    currency = "EUR"

    def __init__(self, window: Window, row_budget: int, seed: int, plans: Sequence[Plan] = PLANS) -> None:
        self.window = window
        self._seed = seed
        planted = planted_lines() + plan_lines("azure", window, plans) + waste_lines("azure")
        fixed = 2 * window.days + 10 * len(window.periods)  # unused benefits; monthly rows
        self.lines = build_lines(
            AZURE_ITEMS,
            AZURE_ACCOUNTS,
            planted,
            window,
            row_budget - fixed,
            lambda line: 2 * line.count_days(window),
            np.random.default_rng([seed, 2]),
            f"azure/{seed}",
        )
        self.fleet = Fleet(self.lines, seed, 12)
        self.happenings = Happenings("azure", self.fleet, window, plans)
        self.benefits = buy_benefits(self.lines)
        self._static = describe_lines(self.lines)
        self._spot = self.fleet.select(lambda line: line.payment == "spot")
        self._benefit = np.full(len(self.lines), -1)
        for number, benefit in enumerate(self.benefits):
            self._benefit[list(benefit.lines)] = number

    def build_month(self, period: Period, draft: bool = False) -> tuple[dict[str, list[dict[str, pa.Array]]], Measures]:
        """The column blocks of both datasets and the four costs of what they say together.

        A draft lacks the last two days of every third line and the refund, and has more storage.
        """
        quantities, prices = self.happenings.apply(period, self.fleet.draw_month(period), remember=not draft)
        if draft:
            quantities[np.ix_(np.arange(len(self.lines)) % 3 == 0, np.arange(period.days) >= period.days - 2)] = 0
            storage = self.fleet.select(lambda line: line.item.service == "Storage Accounts")
            quantities[storage] = quantities[storage] * 103 // 100
        line, day = np.nonzero(quantities)
        quantity, price = quantities[line, day], prices[line, day]
        benefit = self._benefit[line]
        rates = np.array([entry.rate(period) for entry in self.benefits], dtype=np.int64)
        committed = benefit >= 0
        retail = np.where(self._spot[line], 0, price * _RETAIL_PERCENT // 100)
        cost = quantity * price
        effective_price = np.where(committed, rates[benefit], price)
        effective = quantity * effective_price
        used = np.zeros((len(self.benefits), period.days), dtype=np.int64)
        np.add.at(used, (benefit[committed], day[committed]), effective[committed])
        fees = make_fees(self.benefits, used, period, draft)
        common = self._describe_rows(
            period, line=line, day=day, quantity=quantity, price=price, retail=retail, benefit=benefit
        )
        blocks = {
            ACTUAL: [
                common | _price_columns(np.where(committed, 0, price), np.where(committed, 0, cost)),
                fees.columns(ACTUAL),
            ],
            AMORTISED: [common | _price_columns(effective_price, effective), fees.columns(AMORTISED)],
        }
        measures = Measures(
            billed=np.where(committed, 0, cost),
            effective=effective,
            list=np.where(retail == 0, cost, quantity * retail),
            contracted=cost,
            day=day + period.first_day,
        )
        return blocks, Measures.concat([measures, fees.measures(period)])

    def _describe_rows(
        self,
        period: Period,
        line: np.ndarray,
        day: np.ndarray,
        quantity: np.ndarray,
        price: np.ndarray,
        retail: np.ndarray,
        benefit: np.ndarray,
    ) -> dict[str, pa.Array]:
        which = pa.array(line, pa.int32())
        columns = {name: values.take(which) for name, values in self._static.items()}
        dates = pa.array([f"{date:%m/%d/%Y}" for date in period.dates()])
        columns["Date"] = dates.take(pa.array(day, pa.int32()))
        columns["Quantity"] = to_text(quantity, QUANTITY_SCALE)
        columns["UnitPrice"] = to_text(price, _PRICE_SCALE)
        columns["PayGPrice"] = to_text(retail, _PRICE_SCALE)
        for name, date in (("Start", period.start), ("End", period.last_day)):
            columns[f"BillingPeriod{name}Date"] = pa.repeat(f"{date:%m/%d/%Y}", len(line))
        named = [benefit_columns(entry) for entry in self.benefits]
        choices = quote_rows([*named, {"PricingModel": "OnDemand"}, {"PricingModel": "Spot"}])
        choice = np.where(benefit >= 0, benefit, len(named) + self._spot[line])
        for name, values in choices.items():
            columns[name] = values.take(pa.array(choice, pa.int32()))
        return columns

    def write_month(self, root: Path, period: Period, draft: bool = False) -> tuple[Measures, dict[str, int]]:
        """Write both exports of one billing period below ``root`` (the container); rows per dataset."""
        blocks, measures = self.build_month(period, draft)
        return measures, {
            dataset: self._write_export(root, period, dataset, content, draft) for dataset, content in blocks.items()
        }

    def _write_export(
        self, root: Path, period: Period, dataset: str, blocks: list[dict[str, pa.Array]], draft: bool
    ) -> int:
        run = make_guid("azure", self._seed, dataset, period.label, "draft" if draft else "final")
        folder = f"{ROOT}/{EXPORT_NAMES[dataset]}/{period.start:%Y%m%d}-{period.last_day:%Y%m%d}/{run}"
        table = _stack(blocks)
        parts = []
        for number, offset in enumerate(range(0, table.num_rows, _ROWS_PER_FILE)):
            name = f"{folder}/part_{number}_0001.csv"
            chunk = table.slice(offset, _ROWS_PER_FILE).combine_chunks()
            columns = {column: chunk[column].combine_chunks() for column in chunk.column_names}
            size = write_csv(root / name, HEADER, columns)
            parts.append({"blobName": name, "byteCount": size, "dataRowCount": chunk.num_rows})
        write_json(root / folder / "manifest.json", _describe_run(period, dataset, run, parts, draft))
        return table.num_rows


def _price_columns(price: np.ndarray, cost: np.ndarray) -> dict[str, pa.Array]:
    return {"EffectivePrice": to_text(price, _PRICE_SCALE), "CostInBillingCurrency": to_text(cost)}


def _stack(blocks: list[dict[str, pa.Array]]) -> pa.Table:
    """All blocks as one table with the export's header; what a block leaves out is empty."""
    schema = pa.schema([(name, pa.string()) for name in HEADER])
    tables = []
    for block in blocks:
        count = len(next(iter(block.values())))
        tables.append(pa.table([block.get(name, pa.repeat("", count)) for name in HEADER], schema=schema))
    return pa.concat_tables(tables)


def _describe_run(
    period: Period, dataset: str, run: str, parts: list[dict[str, object]], draft: bool
) -> dict[str, object]:
    """The manifest of one run."""
    name = EXPORT_NAMES[dataset]
    account = f"/providers/Microsoft.Billing/billingAccounts/{AZURE_ENROLLMENT}"
    day = 3 if draft else 6
    return {
        "manifestVersion": "2024-04-01",
        "byteCount": sum(int(str(part["byteCount"])) for part in parts),
        "blobCount": len(parts),
        "dataRowCount": sum(int(str(part["dataRowCount"])) for part in parts),
        "exportConfig": {
            "exportName": name,
            "resourceId": f"{account}/providers/Microsoft.CostManagement/exports/{name}",
            "dataVersion": "2021-10-01",
            "apiVersion": "2023-07-01-preview",
            "type": _EXPORT_TYPES[dataset],
            "timeFrame": "TheLastMonth",
            "granularity": "Daily",
        },
        "deliveryConfig": {
            "partitionData": True,
            "dataOverwriteBehavior": "OverwritePreviousReport",
            "fileFormat": "Csv",
            "compressionMode": "none",
            "containerUri": f"/subscriptions/{AZURE_ACCOUNTS[4].id}/resourceGroups/rg-billing/providers/"
            "Microsoft.Storage/storageAccounts/fernhillbilling",
            "rootFolderPath": ROOT,
        },
        "runInfo": {
            "executionType": "Scheduled",
            "submittedTime": f"{period.end:%Y-%m}-{day:02d}T06:10:59.1032074Z",
            "runId": run,
            "startDate": f"{period.start}T00:00:00",
            "endDate": f"{period.last_day}T00:00:00",
        },
        "blobs": parts,
    }
