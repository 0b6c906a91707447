"""A simulated company's charges as the warehouse would hold them, without files, pipeline or dbt: for evaluations.

The rows come from the very tables that the exports are written from. The mapping is the part of the staging models
that analytics rely on, so that twenty companies can be judged in the time in which one is ingested.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from simulator.aws import AwsExport
from simulator.azure import AzureExport
from simulator.azure_fees import AMORTISED
from simulator.azure_lines import HEADER
from simulator.gcp import GcpExport
from simulator.generate import describe_event, open_exports
from simulator.periods import Period, build_window
from simulator.scenarios import Scenario, list_plans

_MONEY = "decimal(38, 12)"
_AWS = f"""
select cast(line_item_usage_start_date as date), 'USD', 'AWS', line_item_usage_account_id,
    line_item_usage_account_name,
    coalesce(product['product_name'], line_item_product_code), product_region_code, line_item_usage_type,
    case when line_item_line_item_type in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') then 'Usage'
        when line_item_line_item_type in ('Credit', 'Tax') then line_item_line_item_type
        when line_item_line_item_type = 'Refund' then 'Adjustment' else 'Purchase' end,
    case when line_item_line_item_type in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') then 'Usage-Based'
        when line_item_line_item_type in ('RIFee', 'SavingsPlanRecurringFee', 'Tax') then 'Recurring'
        else 'One-Time' end,
    case when pricing_term = 'Spot' then 'Dynamic'
        when line_item_line_item_type in ('DiscountedUsage', 'SavingsPlanCoveredUsage') then 'Committed'
        else 'Standard' end,
    nullif(line_item_resource_id, ''), resource_tags['user_team'],
    case line_item_line_item_type
        when 'SavingsPlanCoveredUsage' then savings_plan_savings_plan_effective_cost
        when 'DiscountedUsage' then reservation_effective_cost
        when 'RIFee' then 0 when 'SavingsPlanRecurringFee' then 0
        else line_item_unblended_cost end::{_MONEY},
    case line_item_line_item_type when 'DiscountedUsage' then pricing_public_on_demand_cost
        else line_item_unblended_cost end::{_MONEY},
    line_item_usage_amount::{_MONEY}
from month where line_item_line_item_type <> 'SavingsPlanNegation'
"""
_AZURE = f"""
select strptime("Date", '%m/%d/%Y')::date, 'EUR', 'Microsoft', "SubscriptionId", "SubscriptionName",
    coalesce(nullif("MeterCategory", ''), "PublisherName"), nullif("ResourceLocation", ''), nullif("MeterName", ''),
    case when "ChargeType" = 'Usage' or "ChargeType" like 'Unused%' then 'Usage'
        when "ChargeType" = 'Purchase' then 'Purchase' when "ChargeType" = 'Tax' then 'Tax' else 'Adjustment' end,
    case when "Frequency" like 'One%' then 'One-Time' when "Frequency" = 'Recurring' then 'Recurring'
        when "ChargeType" = 'Usage' or "ChargeType" like 'Unused%' then 'Usage-Based' else 'One-Time' end,
    case when "PricingModel" = 'Spot' then 'Dynamic' when "PricingModel" = 'OnDemand' then 'Standard'
        else 'Committed' end,
    nullif(lower("ResourceId"), ''), null,
    "CostInBillingCurrency"::{_MONEY}, ("Quantity"::{_MONEY} * "UnitPrice"::decimal(20, 6))::{_MONEY},
    "Quantity"::{_MONEY}
from month
"""
_GCP = f"""
select cast(usage_start_time at time zone 'America/Los_Angeles' as date), 'USD', 'Google Cloud', project.id,
    project.name, service.description, location.region, sku.description,
    case when cost_type = 'tax' then 'Tax' when cost_type <> 'regular' then 'Adjustment'
        when sku.description like '%ommitment%' then 'Purchase' else 'Usage' end,
    case when cost_type = 'tax' then 'Recurring' when cost_type <> 'regular' then 'One-Time'
        when sku.description like '%ommitment%' or sku.description like '%Fee%' then 'Recurring'
        else 'Usage-Based' end,
    case when subscription.instance_id is not null then 'Committed' else 'Standard' end,
    resource.global_name, list_filter(labels, x -> x.key = 'team')[1]."value",
    (cost::{_MONEY} + coalesce(list_sum(list_transform(
        list_filter(credits, x -> x.type <> 'PROMOTION'), x -> x.amount::{_MONEY})), 0))::{_MONEY},
    (cost::{_MONEY} + coalesce(list_sum(list_transform(
        list_filter(credits, x -> x.type <> 'PROMOTION'), x -> x.amount::{_MONEY})), 0))::{_MONEY},
    usage.amount_in_pricing_units::{_MONEY}
from month
"""
#: The native columns that the queries read; the rest of a wide export only costs time.
_AWS_NAMES = (
    "line_item_usage_start_date line_item_usage_account_id line_item_usage_account_name product "
    "line_item_product_code product_region_code line_item_usage_type line_item_line_item_type pricing_term "
    "line_item_resource_id resource_tags savings_plan_savings_plan_effective_cost reservation_effective_cost "
    "line_item_unblended_cost pricing_public_on_demand_cost line_item_usage_amount"
).split()
_GCP_NAMES = (
    "usage_start_time project service location sku cost_type subscription resource labels cost credits usage"
).split()
_COLUMNS = f"""
charge_date date, billing_currency varchar, service_provider_name varchar, sub_account_id varchar,
sub_account_name varchar, service_name varchar, region_id varchar, x_usage_type varchar, charge_category varchar,
charge_frequency varchar, pricing_category varchar, resource_id varchar, x_team varchar,
effective_cost {_MONEY}, contracted_cost {_MONEY}, consumed_quantity {_MONEY}
"""


@dataclass(frozen=True)
class SimulatedCompany:
    """One company: `connection` has the table ``charges``; `anomalies` and `decoys` as in ``truth.json``.

    ``charges``: one row per line item, named as in the FOCUS table of the warehouse, with `charge_date` for the day.
    Native service names are kept; the truth's ``native_service`` and ``service`` both occur in them.
    """

    connection: duckdb.DuckDBPyConnection
    anomalies: list[dict[str, Any]]
    decoys: list[dict[str, Any]]
    last_day: dt.date


def build_company(seed: int, months: int, rows_per_month: int, scenario: Scenario) -> SimulatedCompany:
    """The final content of all exports of a company; the same arguments give the same rows."""
    window = build_window(months)
    connection = duckdb.connect()
    connection.execute(f"set timezone = 'UTC'; set enable_progress_bar = false; create table charges ({_COLUMNS})")
    anomalies: list[dict[str, Any]] = []
    decoys: list[dict[str, Any]] = []
    for export in open_exports(window, rows_per_month, seed, list_plans(scenario, seed, window)):
        for period in window.periods:
            for month in _list_tables(export, period):
                connection.register("month", month)
                query = {"aws": _AWS, "azure": _AZURE, "gcp": _GCP}[export.provider]
                connection.execute(f"insert into charges {query}")
                connection.unregister("month")
        for event in export.happenings.events:
            (decoys if event.plan.is_decoy else anomalies).append(describe_event(event, window, export.currency))
    return SimulatedCompany(connection, anomalies, decoys, window.periods[-1].last_day)


def _list_tables(export: AwsExport | AzureExport | GcpExport, period: Period) -> list[pa.Table]:
    """A month's rows as the cloud's export names them; of Azure the amortised ones."""
    if isinstance(export, AzureExport):
        blocks, _ = export.build_month(period)
        empty = {name: "" for name in HEADER}
        return [
            pa.table({name: block.get(name, pa.repeat(empty[name], _count(block))) for name in HEADER})
            for block in blocks[AMORTISED]
        ]
    table, _ = export.build_month(period)
    return [table.select(_AWS_NAMES if isinstance(export, AwsExport) else _GCP_NAMES)]


def _count(block: dict[str, pa.Array]) -> int:
    return len(next(iter(block.values())))
