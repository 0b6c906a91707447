"""FOCUS files as providers write them: names, values and gaps of each, with totals added up by hand.

The rows are written after the documentation that docs/RECIPES.md and the modules of `sources/formats/focus` name.
"""

import datetime as dt
import gzip
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.integration.ingest.conftest import Desk

SEPTEMBER = dt.date(2026, 9, 1)
D = Decimal

ORACLE = """\
AvailabilityZone,BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,\
ChargeFrequency,ChargePeriodEnd,ChargePeriodStart,ChargeSubcategory,EffectiveCost,InvoiceIssuer,ListCost,\
PricingCategory,Provider,Publisher,Region,ServiceCategory,ServiceName,UsageQuantity,UsageUnit,oci_ReferenceNumber
AD-1,7.5E-2,77,USD,2026-10-01T00:00Z,2026-09-01T00:00Z,Usage,Usage-Based,2026-09-03T01:00Z,2026-09-03T00:00Z,\
On-Demand,0.075,Oracle,0.09,,Oracle,Oracle,eu-madrid-1,Compute,COMPUTE,3,OCPU_HOURS,n1
AD-1,-0.005,77,USD,2026-10-01T00:00Z,2026-09-01T00:00Z,Adjustment,Usage-Based,2026-09-03T01:00Z,2026-09-03T00:00Z,\
,-0.005,Oracle,-0.005,,Oracle,Oracle,eu-madrid-1,Compute,COMPUTE,,,n2
"""
# ContractedCost and ConsumedQuantity are there and never filled; the month begins at midnight in Hangzhou
ALIBABA = """\
BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeFrequency,\
ChargePeriodEnd,ChargePeriodStart,ConsumedQuantity,ContractedCost,EffectiveCost,ListCost,ProviderName,RegionId,\
ServiceName,ServiceCategory
4.2,1001,CNY,2026-09-30T16:00:00Z,2026-08-31T16:00:00Z,Usage,Usage-Based,2026-09-03T17:00:00Z,2026-09-03T16:00:00Z,\
,,4.2,5.25,Alibaba Cloud,cn-hangzhou,Elastic Compute Service,Compute
1.8,1001,CNY,2026-09-30T16:00:00Z,2026-08-31T16:00:00Z,Purchase,One-Time,2026-09-03T17:00:00Z,2026-09-03T16:00:00Z,\
,,1.8,1.8,Alibaba Cloud,cn-hangzhou,Object Storage Service,Storage
"""
# a credit is billed 0; the period ends at the last second
TENCENT = """\
BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeFrequency,\
ChargePeriodEnd,ChargePeriodStart,ContractedCost,EffectiveCost,ListCost,ProviderName,ServiceName,ServiceCategory
3,2002,USD,2026-09-30T15:59:59Z,2026-08-31T16:00:00Z,Usage,Usage-based,2026-09-09T15:59:59Z,2026-09-08T16:00:00Z,\
3,3,4,Tencent Cloud,Cloud Virtual Machine,Compute
0,2002,USD,2026-09-30T15:59:59Z,2026-08-31T16:00:00Z,Credit,One-time,2026-09-09T15:59:59Z,2026-09-08T16:00:00Z,\
0,-1,0,Tencent Cloud,Cloud Virtual Machine,Compute
"""
MONGODB = """\
BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,\
ChargeDescription,ChargePeriodEnd,ChargePeriodStart,ContractApplied,ContractedCost,EffectiveCost,ListCost,\
InvoiceId,PricingCurrency,PricingCurrencyEffectiveCost,PricingCurrencyContractedUnitPrice,ServiceProviderName,\
HostProviderName,InvoiceIssuerName,ServiceCategory,ServiceName,SubAccountId,SubAccountName
12.34,org1,Example,USD,2026-10-01,2026-09-01,Usage,Atlas M30,2026-09-05,2026-09-04,\
"{""ContractApplied"":[{""ContractCommitmentId"":""prepaid""}]}",12.34,12.34,15,INV-1,ACU,12.5,0.1,MongoDB,AWS,MongoDB,\
Databases,Atlas,p1,shop
0.66,org1,Example,USD,2026-10-01,2026-09-01,Tax,VAT,2026-10-01,2026-09-01,,0.66,0.66,0.66,INV-1,USD,,,MongoDB,,MongoDB,\
Other,Tax,,
"""
IBM = """\
BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,\
ChargePeriodEnd,ChargePeriodStart,ContractedCost,EffectiveCost,ListCost,ListUnitPrice,PricingCategory,ProviderName,\
PublisherName,ServiceCategory,ServiceName,Tags,x_DiscountName,x_OfferCredit
10,acct,USD,2026-10-01T00:00:00Z,2026-09-01T00:00:00Z,Usage,,2026-10-01T00:00:00Z,2026-09-01T00:00:00Z,10,10,12.5,\
0.5,Standard,IBM,IBM,Compute,Virtual Server,"{""team"":""search""}",Volume,0
"""
SNOWFLAKE = """\
BILLEDCOST,BILLINGACCOUNTID,BILLINGCURRENCY,BILLINGPERIODEND,BILLINGPERIODSTART,CHARGECATEGORY,CHARGEPERIODEND,\
CHARGEPERIODSTART,CONSUMEDQUANTITY,CONSUMEDUNIT,CONTRACTEDCOST,EFFECTIVECOST,LISTCOST,PRICINGCURRENCY,\
PRICINGCURRENCYEFFECTIVECOST,SERVICEPROVIDERNAME,INVOICEISSUERNAME,SERVICECATEGORY,SERVICENAME,SUBACCOUNTID
6,ORG,USD,2026-10-01T00:00:00Z,2026-09-01T00:00:00Z,Usage,2026-09-03T00:00:00Z,2026-09-02T00:00:00Z,2,Credits,6,6,8,\
Credits,2,Snowflake,Snowflake,Databases,WAREHOUSE_METERING,XY1
"""
KONG = """\
BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeFrequency,\
ChargePeriodEnd,ChargePeriodStart,ContractedCost,EffectiveCost,ListCost,ServiceProviderName,InvoiceIssuerName,\
ServiceCategory,ServiceSubcategory,ServiceName,SkuMeter,ConsumedQuantity,ConsumedUnit,InvoiceDetailId,Tags
0.000012345678,konnect,USD,2026-10-01T00:00:00Z,2026-09-01T00:00:00Z,Usage,Usage-Based,2026-09-04T00:00:00Z,\
2026-09-03T00:00:00Z,0.000012345678,0.000012345678,0.000012345678,OpenAI,OpenAI,AI and Machine Learning,Generative AI,\
gpt-4o,input tokens,4,Tokens,,"{""application"":""chat""}"
"""
# display names, as a spreadsheet shows them
DISPLAYED = """\
Billed Cost,Billing Account ID,Billing Currency,Billing Period End,Billing Period Start,Charge Category,\
Charge Period End,Charge Period Start,Effective Cost,List Cost,Contracted Cost,Provider,Service Name,Service Category
1,a,USD,2026-10-01,2026-09-01,Usage,2026-09-04,2026-09-03,1,1,1,Acme,Svc,Compute
"""
SNAKE = DISPLAYED.partition("\n")[0].replace(" ", "_").lower() + "\n" + DISPLAYED.partition("\n")[2]
# FOCUS 0.5: the type is the category, the amortised cost the effective one
OLDEST = """\
AmortizedCost,BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargePeriodEnd,\
ChargePeriodStart,ChargeType,InvoiceIssuer,Provider,Publisher,Region,ServiceCategory,ServiceName
2,3,a,USD,2026-10-01,2026-09-01,2026-09-04,2026-09-03,Usage,Acme,Acme,Acme,eu-1,Compute,Svc
"""


def totals(**amounts: str) -> dict[str, Decimal]:
    """``billed``, ``effective``, ``contracted`` and ``list`` cost."""
    return {f"{name}_cost": D(amount) for name, amount in amounts.items()}


def take(desk: Desk) -> tuple[dict[tuple[str, str], Decimal], list[str], list[dict[str, Any]]]:
    """Ingest the folder: control totals by currency and measure, what was said, and the landed rows."""
    report = desk.ingest()
    assert report.problems == []
    ((snapshot, _),) = desk.ledger.current_snapshots()
    assert (snapshot.key.billing_period, snapshot.format_name) == (SEPTEMBER, "focus")
    cursor = duckdb.execute("select * from read_parquet(?)", [[str(desk.lake.resolve(p)) for p in snapshot.paths]])
    names = [d[0] for d in cursor.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    found = {(t.billing_currency, t.measure): t.file_total for t in snapshot.control_totals}
    return found, report.notices, rows


@pytest.fixture
def focus_desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "focus")


@pytest.mark.parametrize(
    ("text", "currency", "expected", "landed", "reported"),
    [
        (ORACLE, "USD", totals(billed="0.07", effective="0.07", contracted="0.07", list="0.085"),
         {"provider_name": "Oracle", "publisher_name": "Oracle", "invoice_issuer_name": "Oracle",
          "consumed_quantity": 3, "region_id": "eu-madrid-1", "consumed_unit": "OCPU_HOURS"}, ["ContractedCost"]),
        (ALIBABA, "CNY", totals(billed="6", effective="6", contracted="6", list="7.05"),
         {"region_id": "cn-hangzhou"}, ["2 rows state no ContractedCost"]),
        (TENCENT, "USD", totals(billed="3", effective="2", contracted="3", list="4"),
         {}, ["ChargeFrequency is read as FOCUS has it: One-time as One-Time, Usage-based as Usage-Based (2 rows)"]),
        (MONGODB, "USD", totals(billed="13", effective="13", contracted="13", list="15.66"),
         {"pricing_currency": "ACU", "pricing_currency_effective_cost": D("12.5"), "service_provider_name": "MongoDB",
          "contract_applied": '{"ContractApplied":[{"ContractCommitmentId":"prepaid"}]}'}, []),
        (IBM, "USD", totals(billed="10", effective="10", contracted="10", list="12.5"), {"provider_name": "IBM"}, []),
        (SNOWFLAKE, "USD", totals(billed="6", effective="6", contracted="6", list="8"),
         {"pricing_currency": "Credits", "pricing_currency_effective_cost": D(2)}, []),
        (KONG, "USD", totals(billed="0.000012345678", effective="0.000012345678", contracted="0.000012345678",
                             list="0.000012345678"), {"service_subcategory": "Generative AI"}, []),
        (DISPLAYED, "USD", totals(billed="1", effective="1", contracted="1", list="1"), {"provider_name": "Acme"}, []),
        (SNAKE, "USD", totals(billed="1", effective="1", contracted="1", list="1"), {"provider_name": "Acme"}, []),
        (OLDEST, "USD", totals(billed="3", effective="2", contracted="3", list="3"),
         {"charge_category": "Usage", "region_id": "eu-1"},
         ["1 rows state no ContractedCost", "1 rows state no ListCost"]),
    ],
    ids=["oracle", "alibaba", "tencent", "mongodb", "ibm", "snowflake", "kong", "displayed", "snake", "oldest"],
)  # fmt: skip
def test_a_providers_own_spelling_is_taken(
    focus_desk: Desk,
    text: str,
    currency: str,
    expected: Mapping[str, Decimal],
    landed: Mapping[str, Any],
    reported: list[str],
) -> None:
    with gzip.open(focus_desk.exports / "cost.csv.gz", "wt") as stream:
        stream.write(text)
    found, notices, rows = take(focus_desk)
    assert found == {(currency, measure): total for measure, total in expected.items()}
    first = max(rows, key=lambda row: row["billed_cost"])
    assert {name: first[name] for name in landed} == landed
    assert len(notices) == len(reported)
    assert all(part in notice for part, notice in zip(reported, notices, strict=True))


def test_parquet_of_databricks_and_litellm(focus_desk: Desk) -> None:
    """Decimals of fifteen places, a map of tags, months of a day: 0.123456789012345 is rounded once, half-even."""
    at = pa.timestamp("us", tz="UTC")
    start, end = dt.datetime(2026, 9, 3, tzinfo=dt.UTC), dt.datetime(2026, 9, 4, tzinfo=dt.UTC)
    databricks = {
        "BilledCost": (D("0.123456789012345"), pa.decimal128(30, 15)),
        "EffectiveCost": (D("0.123456789012345"), pa.decimal128(30, 15)),
        "ListCost": (D("0.2"), pa.decimal128(30, 15)), "ContractedCost": (D("0.1"), pa.decimal128(30, 15)),
        "BillingAccountId": ("d-1", pa.string()), "BillingCurrency": ("USD", pa.string()),
        "BillingPeriodStart": (dt.datetime(2026, 9, 1, tzinfo=dt.UTC), at),
        "BillingPeriodEnd": (dt.datetime(2026, 10, 1, tzinfo=dt.UTC), at), "ChargeCategory": ("Usage", pa.string()),
        "ChargePeriodStart": (start, at), "ChargePeriodEnd": (end, at), "ConsumedUnit": ("DBU", pa.string()),
        "ServiceProviderName": ("Databricks", pa.string()), "InvoiceDetailId": (None, pa.string()),
        "CommitmentProgramEligibilityDetails": (None, pa.string()),
        "Tags": ([("team", "search")], pa.map_(pa.string(), pa.string())),
    }  # fmt: skip
    litellm = {
        "BilledCost": (D("1.5"), pa.decimal128(18, 6)), "EffectiveCost": (D("1.5"), pa.decimal128(18, 6)),
        "ListCost": (D("1.5"), pa.decimal128(18, 6)), "ContractedCost": (D("1.5"), pa.decimal128(18, 6)),
        "BillingAccountId": ("sk-hash", pa.string()), "BillingCurrency": ("USD", pa.string()),
        "BillingPeriodStart": ("2026-09-30T00:00:00Z", pa.string()), "ChargeCategory": ("Usage", pa.string()),
        "BillingPeriodEnd": ("2026-10-01T00:00:00Z", pa.string()), "ChargeClass": (None, pa.string()),
        "ChargePeriodStart": ("2026-09-30T00:00:00Z", pa.string()), "ServiceName": ("gpt-4o", pa.string()),
        "ChargePeriodEnd": ("2026-10-01T00:00:00Z", pa.string()), "Tags": ('{"team_id": "search"}', pa.string()),
    }  # fmt: skip
    for name, columns in {"databricks": databricks, "date=2026-09-30/usage": litellm}.items():
        path = focus_desk.exports / f"{name}.parquet"
        path.parent.mkdir(exist_ok=True)
        schema = pa.schema([(column, kind) for column, (_, kind) in columns.items()])
        pq.write_table(pa.Table.from_pylist([{column: v for column, (v, _) in columns.items()}], schema), path)
    found, notices, rows = take(focus_desk)
    assert found == {
        ("USD", "billed_cost"): D("1.623456789012"), ("USD", "effective_cost"): D("1.623456789012"),
        ("USD", "contracted_cost"): D("1.6"), ("USD", "list_cost"): D("1.7"),
    }  # fmt: skip
    assert notices == [] and {row["billing_account_id"] for row in rows} == {"d-1", "sk-hash"}


def test_several_versions_of_one_month_lie_in_one_folder(focus_desk: Desk) -> None:
    """What a version lacks is filled for its own file alone."""
    (focus_desk.exports / "new.csv").write_text(DISPLAYED)
    (focus_desk.exports / "old.csv").write_text(OLDEST)
    found, notices, _ = take(focus_desk)
    assert found == {
        ("USD", "billed_cost"): D(4), ("USD", "effective_cost"): D(3), ("USD", "contracted_cost"): D(4),
        ("USD", "list_cost"): D(4),
    }  # fmt: skip
    assert len(notices) == 2 and all("1 rows state no" in notice for notice in notices)


HEADER = (
    "BillingAccountId,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargeCategory,BilledCost,EffectiveCost,"
    "ListCost,ContractedCost,CommitmentDiscountId\n"
)
ROW = "a,USD,2026-09-01,{day},{category},{billed},{effective},{listed},{contracted},{commitment}\n"


def row(billed: str, effective: str = "", listed: str = "", contracted: str = "", **more: str) -> str:
    full = {"day": "2026-09-03", "category": "Usage", "commitment": "", **more}
    return ROW.format(billed=billed, effective=effective, listed=listed, contracted=contracted, **full)


def test_a_cost_that_no_row_states_is_the_billed_one(focus_desk: Desk) -> None:
    (focus_desk.exports / "a.csv").write_text(HEADER + row("2.5") + row("-1"))
    found, notices, _ = take(focus_desk)
    assert set(found.values()) == {D("1.5")} and len(found) == 4
    assert [n.split(" state no ")[1].split(";")[0] for n in notices] == ["EffectiveCost", "ContractedCost", "ListCost"]


def test_an_effective_cost_that_some_rows_state_is_refused_by_row(focus_desk: Desk) -> None:
    (focus_desk.exports / "a.csv").write_text(HEADER + row("1", "1") + row("2", "") + row("3", "3"))
    assert desk_problem(focus_desk) == (
        "a.csv: data row 2 (line 3): EffectiveCost is empty, and filled in other rows: it has to be there in all of "
        "them or in none"
    )


def test_a_row_without_charge_period_has_that_of_its_bill(focus_desk: Desk) -> None:
    (focus_desk.exports / "a.csv").write_text(HEADER + row("1", "1", "1", "1") + row("2", "2", "2", "2", day=""))
    found, notices, _ = take(focus_desk)
    assert found["USD", "billed_cost"] == 3
    assert notices == ["a.csv: 1 rows have no charge period; their billing period is used"]


def test_a_purchase_with_an_effective_cost_is_told_and_stays(focus_desk: Desk) -> None:
    purchase = row("120", "120", "120", "120", category="Purchase", commitment="ri-1")
    (focus_desk.exports / "a.csv").write_text(HEADER + purchase + row("0", "60", "0", "0", commitment="ri-1"))
    found, notices, _ = take(focus_desk)
    assert (found["USD", "billed_cost"], found["USD", "effective_cost"]) == (D(120), D(180))
    (sentence,) = notices
    assert sentence.startswith(
        "a.csv: EffectiveCost on the purchase of a commitment, where FOCUS has 0 (1 rows: ri-1: 120)"
    )


def desk_problem(desk: Desk) -> str:
    (problem,) = desk.problems()
    assert desk.ledger.current_snapshots() == []
    return problem
