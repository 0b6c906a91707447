"""Every spelling of Azure's cost details lands in the same columns: one row of each kind of account and age."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.columns.projection import project_file
from ingestion.contracts import NOTHING, DeliveryError, squeeze_name
from ingestion.expressions.dates import PlausibleDates
from ingestion.expressions.sql import connect_scratch
from ingestion.formats import get_format, recognise_format
from ingestion.reading.native import read_native_file
from tests.unit.ingestion.exports import write_csv

FORMAT = get_format("azure_cost_details")
DATES = PlausibleDates(dt.date(2026, 11, 1))
PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"

#: What each row below says: 10 hours at 1.00, of 1.25 retail, cost 9.00.
SAID: dict[str, Any] = {
    "subscription_id": "s-guid", "date": dt.date(2026, 9, 3), "cost": Decimal(9), "billing_currency": "EUR",
    "quantity": Decimal(10), "meter_category": "Virtual Machines", "consumed_service": "Microsoft.Compute",
    "resource_id": "/subscriptions/s-guid/vm1", "unit_of_measure": "1 Hour", "resource_location": "EU West",
}  # fmt: skip
EXCHANGED: dict[str, Any] = {
    "pricing_currency": "USD", "exchange_rate_pricing_to_billing": Decimal("0.9"), "unit_price": Decimal(1),
}  # fmt: skip
BILLED: dict[str, Any] = {
    "billing_account_id": "ba-1", "billing_profile_id": "bp-1", "payg_price": Decimal("1.25"),
    "billing_period_start_date": dt.date(2026, 9, 1), "billing_period_end_date": dt.date(2026, 9, 30),
    "invoice_section_name": "IT", "product_name": "VM", "resource_group": "rg", "reservation_id": "r-1",
}  # fmt: skip

_COMMON = {"MeterCategory": "Virtual Machines", "ConsumedService": "Microsoft.Compute", "ResourceLocation": "EU West"}
_PERIOD = {"BillingPeriodStartDate": "09/01/2026", "BillingPeriodEndDate": "09/30/2026"}
_PRICES = {"EffectivePrice": "0.9", "UnitPrice": "1.00", "PayGPrice": "1.25"}

HEADERS: dict[str, tuple[Mapping[str, str], dict[str, Any]]] = {
    "enterprise agreement": (
        {"BillingAccountId": "ba-1", "BillingProfileId": "bp-1", **_PERIOD, "SubscriptionId": "s-guid",
         "Date": "09/03/2026", "Product": "VM", **_COMMON, "Quantity": "10", "Cost": "9.00", **_PRICES,
         "BillingCurrency": "EUR", "ResourceId": "/subscriptions/s-guid/vm1", "InvoiceSection": "IT",
         "UnitOfMeasure": "1 Hour", "ResourceGroup": "rg", "ReservationId": "r-1"},
        SAID | BILLED,
    ),
    "enterprise agreement, second version": (
        {"InvoiceSectionName": "IT", "SubscriptionId": "s-guid", "ResourceGroup": "rg", **_COMMON, "Date": "9/3/2026",
         "ProductName": "VM", "UnitOfMeasure": "1 Hour", "Quantity": "10", **_PRICES, "CostInBillingCurrency": "9.00",
         "ResourceId": "/subscriptions/s-guid/vm1", "ReservationId": "r-1", "BillingAccountId": "ba-1",
         "BillingCurrencyCode": "EUR", **_PERIOD, "BillingProfileId": "bp-1"},
        SAID | BILLED,
    ),
    "customer agreement": (
        {"costInUsd": "10", "costInPricingCurrency": "10", "costInBillingCurrency": "9.00", "billingAccountId": "ba-1",
         "billingProfileId": "bp-1", "billingPeriodStartDate": "09/01/2026", "billingPeriodEndDate": "09/30/2026",
         "date": "09/03/2026", "SubscriptionId": "s-guid", "product": "VM", "meterCategory": "Virtual Machines",
         "consumedService": "Microsoft.Compute", "resourceLocation": "EU West", "location": "EU Western",
         "instanceName": "/subscriptions/s-guid/vm1", "resourceGroupName": "rg", "unitOfMeasure": "1 Hour",
         "quantity": "10", "billingCurrency": "EUR", "pricingCurrency": "USD", "exchangeRatePricingToBilling": "0.9",
         "unitPrice": "1.00", "PayGPrice": "1.25", "paygCostInBillingCurrency": "11.25", "paygCostInUsd": "12.5",
         "exchangeRateDate": "2026-09-01", "invoiceSectionName": "IT", "reservationId": "r-1", "invoiceId": "G1"},
        SAID | BILLED | EXCHANGED | {"payg_cost_in_billing_currency": Decimal("11.25"), "invoice_id": "G1"},
    ),
    "customer agreement, display names": (
        {"Billing Account Id": "ba-1", "Billing Profile Id": "bp-1", "Billing Period Start Date": "2026-09-01",
         "Billing Period End Date": "2026-09-30", "Subscription Id": "s-guid", "Date": "2026-09-03", "Product": "VM",
         "Meter Category": "Virtual Machines", "Consumed Service": "Microsoft.Compute", "Location": "EU West",
         "Resource Id": "/subscriptions/s-guid/vm1", "Resource Group Name": "rg", "Unit Of Measure": "1 Hour",
         "Quantity": "10", "Billing Currency Code": "EUR", "Pricing Currency Code": "USD", "Cost In USD": "10",
         "Cost In Billing Currency": "9.00", "Exchange Rate": "0.9", "Unit Price": "1.00", "PayG Price": "1.25",
         "Invoice Section": "IT", "Reservation Id": "r-1"},
        SAID | BILLED | EXCHANGED,
    ),
    "pay as you go": (
        {"SubscriptionGuid": "s-guid", "UsageDateTime": "2026-09-03", "PreTaxCost": "9.00", "Currency": "EUR",
         "UsageQuantity": "10", "ResourceRate": "0.9", "InstanceId": "/subscriptions/s-guid/vm1", **_COMMON,
         "UnitOfMeasure": "1 Hour"},
        SAID | {"effective_price": Decimal("0.9"), "billing_account_id": None},
    ),
    "pay as you go, in German": (
        {"subscriptionId": "s-guid", "Datum (UsageDate)": "09/03/2026", "Kosten (PreTaxCost)": "9.00",
         "Währung (Currency)": "EUR", "Ressourcenstandort (ResourceLocation)": "EU West",
         "Verbrauchsmenge (UsageQuantity)": "10", "meterCategory": "Virtual Machines",
         "Genutzter Dienst (ConsumedService)": "Microsoft.Compute", "InstanceName": "/subscriptions/s-guid/vm1",
         "Maßeinheit (UnitOfMeasure)": "1 Hour"},
        SAID,
    ),
    # its SubscriptionId is the enrolment's own number of the subscription
    "usage details of the retired enterprise API": (
        {"AccountOwnerId": "a@example.com", "Account Name": "acc", "SubscriptionId": "1234567",
         "SubscriptionGuid": "s-guid", "Date": "09/03/2026", "Month": "9", "Day": "3", "Year": "2026", "Product": "VM",
         "Meter ID": "m", "Meter Category": "Virtual Machines", "Consumed Quantity": "10", "ResourceRate": "0.9",
         "ExtendedCost": "9.00", "Resource Location": "EU West", "Consumed Service": "Microsoft.Compute",
         "Instance ID": "/subscriptions/s-guid/vm1", "Department Name": "IT", "Unit Of Measure": "1 Hour",
         "Resource Group": "rg", "Currency": "EUR"},
        SAID | {"product_name": "VM", "invoice_section_name": "IT", "resource_group": "rg", "meter_id": "m"},
    ),
    # its SubscriptionId is the one of the product that the partner sold
    "daily rated usage of Partner Center": (
        {"PartnerId": "p-1", "CustomerId": "c", "InvoiceNumber": "G1", "ProductId": "DZH", "SubscriptionId": "product",
         "EntitlementId": "s-guid", "UsageDate": "09/03/2026", "MeterCategory": "Virtual Machines", "Unit": "1 Hour",
         "ResourceLocation": "EU West", "ConsumedService": "Microsoft.Compute", "UnitPrice": "1.00", "Quantity": "10",
         "ResourceURI": "/subscriptions/s-guid/vm1", "BillingPreTaxTotal": "9.00", "BillingCurrency": "EUR",
         "PricingPreTaxTotal": "10", "PricingCurrency": "USD", "EffectiveUnitPrice": "1", "PCToBCExchangeRate": "0.9",
         "PCToBCExchangeRateDate": "2026-09-01"},
        SAID | EXCHANGED | {"billing_account_id": "p-1", "invoice_id": "G1", "effective_price": Decimal(1)},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def scratch() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


def land(scratch: duckdb.DuckDBPyConnection, path: Path) -> dict[str, Any]:
    native = read_native_file(scratch, path, path.name, path.parent / "work", NOTHING)
    assert recognise_format(native.top_level_names, path.name) is FORMAT
    cursor = scratch.execute(project_file(native, FORMAT, "XTS", DATES).select_sql)
    (row,) = cursor.fetchall()
    return dict(zip([d[0] for d in cursor.description or []], row, strict=True))


@pytest.mark.parametrize("account", HEADERS)
def test_every_spelling_lands_alike(scratch: duckdb.DuckDBPyConnection, tmp_path: Path, account: str) -> None:
    native, expected = HEADERS[account]
    landed = land(scratch, write_csv(tmp_path / "export.csv", [native]))
    assert {name: landed[name] for name in expected} == expected
    assert landed["cast_failures"] == 0


@pytest.mark.parametrize("account", HEADERS)
def test_the_order_of_columns_decides_nothing(scratch: duckdb.DuckDBPyConnection, tmp_path: Path, account: str) -> None:
    """Of several costs and ids the same one is taken wherever it stands."""
    native, expected = HEADERS[account]
    landed = land(scratch, write_csv(tmp_path / "export.csv", [dict(reversed(list(native.items())))]))
    assert {name: landed[name] for name in expected} == expected


def test_a_cost_in_another_currency_is_not_the_cost(scratch: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    native = {k: v for k, v in HEADERS["customer agreement"][0].items() if k != "costInBillingCurrency"}
    with pytest.raises(DeliveryError, match=r"required column 'Cost' .* is missing"):
        land(scratch, write_csv(tmp_path / "export.csv", [native]))


ROW: dict[str, Any] = {
    "billing_profile_id": "bp-1", "billing_account_id": "ba-1", "subscription_id": "s-1", "billing_currency": "EUR",
    "charge_type": "Usage", "date": "2026-09-20", "billing_period_start_date": "2026-09-01",
}  # fmt: skip


def ask(expression: str, **changes: Any) -> Any:
    """An expression of the format over one landed row."""
    values = ROW | changes
    casts = {c.name: "date" if c.kind == "date" else "decimal(38,12)" if c.kind != "text" else "text"
             for c in FORMAT.columns}  # fmt: skip
    columns = ", ".join(f'cast(${name} as {kind}) as "{name}"' for name, kind in casts.items())
    given = {name: values.get(name) for name in casts}
    return duckdb.execute(f"select {expression} from (select {columns})", given).fetchall()[0][0]


@pytest.mark.parametrize(
    ("changes", "period"),
    [
        ({}, "2026-09-01"),
        # a late charge is of the billing period that it names
        ({"date": "2026-08-31"}, "2026-09-01"),
        ({"billing_period_start_date": None}, "2026-09-01"),
        ({"billing_period_start_date": None, "date": "2026-08-31"}, "2026-08-01"),
        # an export holds a calendar month of such billing months
        ({"billing_period_start_date": "2026-08-14", "date": "2026-09-05"}, "2026-09-01"),
        ({"billing_period_start_date": "2026-08-14", "date": "2026-08-20"}, "2026-08-01"),
        ({"billing_period_start_date": "2026-08-14", "date": None}, "2026-08-01"),
    ],
)
def test_the_period_of_a_row_that_comes_without_a_manifest(changes: dict[str, Any], period: str) -> None:
    assert ask(f"({FORMAT.period_sql})", **changes) == dt.date.fromisoformat(period)


@pytest.mark.parametrize(
    ("column", "changes", "may_be_empty"),
    [
        ("subscription_id", {}, True),
        ("subscription_id", {"billing_account_id": None}, True),
        ("subscription_id", {"billing_profile_id": None}, True),
        ("subscription_id", {"billing_account_id": None, "billing_profile_id": None}, False),
        ("date", {}, True),
        ("date", {"billing_period_start_date": None}, False),
    ],
)
def test_what_may_be_empty_in_which_row(column: str, changes: dict[str, Any], may_be_empty: bool) -> None:
    (declared,) = (c for c in FORMAT.columns if c.name == column)
    assert declared.required and ask(declared.empty_where, **changes) == may_be_empty


ABROAD = {"pricing_currency": "USD", "unit_price": "1", "quantity": "10", "cost": "9"}


@pytest.mark.parametrize(
    ("note", "changes", "is_said"),
    [
        ("price_without_rate", ABROAD, True),
        ("price_without_rate", ABROAD | {"exchange_rate_pricing_to_billing": "0"}, True),
        ("price_without_rate", ABROAD | {"exchange_rate_pricing_to_billing": "0.9"}, False),
        ("price_without_rate", ABROAD | {"pricing_currency": "eur"}, False),
        ("price_without_rate", ABROAD | {"pricing_currency": None}, False),
        ("price_without_rate", ABROAD | {"charge_type": "Purchase"}, False),
        ("price_without_rate", ABROAD | {"unit_price": None, "payg_price": "2"}, True),
        (
            "price_without_rate",
            ABROAD | {"unit_price": "0", "payg_price": "2", "payg_cost_in_billing_currency": "18"},
            False,
        ),
        ("no_retail_price", {"cost": "9"}, True),
        ("no_retail_price", {"cost": "9", "payg_cost_in_billing_currency": "0"}, True),
        ("no_retail_price", {"cost": "9", "payg_price": "2", "quantity": "0"}, True),
        ("no_retail_price", {"cost": "9", "payg_price": "2", "quantity": "10"}, False),
        ("no_retail_price", {"cost": "0"}, False),
        ("no_retail_price", {"cost": "9", "charge_type": "Refund"}, False),
        ("no_billing_account", {}, False),
        ("no_billing_account", {"billing_profile_id": None, "billing_account_id": None}, True),
        ("no_date", {"date": None}, True),
        ("billing_months_within_months", {}, False),
        ("billing_months_within_months", {"billing_period_start_date": "2026-08-31"}, True),
    ],
)
def test_what_is_said_about_rows(note: str, changes: dict[str, Any], is_said: bool) -> None:
    (declared,) = (n for n in FORMAT.notes if n.name == note)
    assert bool(ask(f"({declared.where})", **changes)) == is_said


def test_door_staging_and_reconciliation_name_the_account_alike() -> None:
    account = re.sub(r"\s+", " ", FORMAT.account_column)
    assert ask(account) == "bp-1" and ask(account, billing_profile_id=None) == "ba-1"
    assert ask(account, billing_profile_id=None, billing_account_id=None) == "s-1"
    mapping = (PROJECT / "models" / "intermediate" / "mapping" / "int_azure__focus.sql").read_text()
    assert f"{account} as account_key," in mapping
    macros = (PROJECT / "macros" / "reconciled_relations.sql").read_text()
    (reconciled,) = re.findall(r"'azure_cost_details': \{\s*'account': '([^']+)'", macros)
    assert reconciled == account


def test_no_spelling_belongs_to_two_columns() -> None:
    spelled = [squeeze_name(n) for c in FORMAT.columns for n in (c.name, *c.aliases)]
    assert len(spelled) == len(set(spelled))
    assert not {"costinusd", "costinpricingcurrency", "paygcostinusd", "pricingpretaxtotal"}.intersection(spelled)
