"""docs/FOCUS.md, written from the declaration of FOCUS files: names, values, and what stands in for what is missing.

Run: `python -m scripts.focus_doc` after a change of `ingestion/formats/focus/`; a test holds the file to
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ingestion.formats.focus import COMPANIONS, FOCUS
from ingestion.formats.focus.columns import name_column
from ingestion.formats.focus.values import VALUE_MAPS, ValueMap, squeeze_value

FILE = Path(__file__).resolve().parents[1] / "docs" / "FOCUS.md"

INTRODUCTION = """\
# FOCUS files

Written by `python -m scripts.focus_doc` from `ingestion/formats/focus/`; change that, not this file.

A source with `provider: auto` (or `format: focus`) takes FOCUS files of versions 0.5, 1.0-preview and 1.0 to 1.4 from
any generator, several versions in one folder too. Whatever is read otherwise than it is written is reported by
`cloudcost run` and `cloudcost deliveries list`, with the value. The landed file keeps what was written, but for a
billing currency, which is landed as ISO 4217 writes it.

[RECIPES.md](RECIPES.md) says where exports of single vendors come from.
"""

RULES = """\
## What a row has to have

A file has these columns, with a value in every row:

{required}

Two of them are less strict. Where the column `BillingCurrency` is not there at all the source's `currency` is used, and
that is noted; where it is there, every row has a code of ISO 4217 (one that was withdrawn since 2000 too), in any case
and with blanks around it or not. The column `ChargePeriodStart` has to be there, and its cells may be empty: the
billing period is used. `EffectiveCost` is in every row of a file or in none. `ChargePeriodEnd` and `BillingPeriodEnd`,
where they are there, are not before their start.

A cost that is not stated is never 0:

| not stated | what stands in |
|---|---|
| EffectiveCost (the whole column) | BilledCost |
| ContractedCost | BilledCost, or EffectiveCost where nothing was billed |
| ListCost | ContractedCost, or BilledCost where that is more |

Virtual currencies (credits, DBU, ACU, tokens) are taken in the `PricingCurrency` columns and nowhere else.
"""

NAMES = """\
## Other names of columns

Case, blanks and underscores make no difference: `Billing Account ID`, `billing_account_id` and `BILLINGACCOUNTID` are
one column. Beside its own name a column is found by:

| column | also |
|---|---|
"""

VALUES = """\
## Values

Compared without case, blanks, dashes and underscores. In FOCUS 1.0-preview, `ChargeSubcategory` says whether a
commitment was used, and that an adjustment is a credit; it is kept as `x_LineItemType`, as a `ChargeCategory` is that
was read otherwise.
"""

BESIDE = """\
## What may lie beside the costs

Recognised by their columns, whatever their files are called; kept as tables, shown, and never counted as costs. Readme
files, data dictionaries and manifests of other tools are left alone, and that is reported.

| dataset | table | what becomes of it |
|---|---|---|
"""

BECOMES = {
    "focus_billing_period": "`marts.dim_billing_period`, dashboard Trust: which months the issuer has closed",
    "focus_invoice_detail": "stated invoices: `marts.fct_invoice_reconciliation` and the reconciliation compare them "
    "with the charges, per currency; provisional ones are shown and not judged, voided ones are owed no more",
    "focus_contract_commitment": "`marts.dim_contract_commitment`, dashboard Commitments: what was committed to",
}


def write_documentation() -> str:
    """The whole page."""
    names = [
        f"| {name_column(column.name)} | {', '.join(f'`{alias}`' for alias in column.aliases)} |\n"
        for column in FOCUS.columns
        if column.aliases
    ]
    values = [line for value_map in VALUE_MAPS for line in _describe_values(value_map)]
    beside = [f"| {c.description} | `raw.{c.table}` | {BECOMES[c.name]} |\n" for c in COMPANIONS]
    required = "".join(f"- `{name_column(column.name)}`\n" for column in FOCUS.columns if column.required)
    rules = RULES.replace("{required}\n", required)
    parts = [INTRODUCTION, rules, NAMES + "".join(names), VALUES, *values, BESIDE + "".join(beside)]
    return "\n".join(parts)


def _describe_values(value_map: ValueMap) -> Iterator[str]:
    yield f"### {value_map.column_id}\n"
    lines = ["| value | also written |\n|---|---|\n"]
    for value in value_map.allowed:
        also = sorted(k for k, read in value_map.readings.items() if read == value and k != squeeze_value(value))
        lines.append(f"| {value} | {', '.join(f'`{spelling}`' for spelling in also)} |\n")
    yield "".join(lines)
    yield f"Anything else: {value_map.otherwise or value_map.filled_by}.\n"


def main() -> None:
    """Write the file."""
    FILE.write_text(write_documentation(), encoding="utf-8")
    print(f"{FILE.name}: written")


if __name__ == "__main__":
    main()
