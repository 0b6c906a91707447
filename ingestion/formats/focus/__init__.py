"""FOCUS files of every version, 1.0-preview to 1.4, of any generator, and the datasets that lie beside them.

`columns`: names and aliases; `values`: allowed values and other spellings; `costs`: what stands in for a cost that is
not stated; `notes`: what is noted of it; `companions`: the other datasets.
"""

from ingestion.contracts import ExportFormat
from ingestion.expressions.tags import note_unreadable, read_tag_column
from ingestion.formats.focus.columns import COLUMNS, name_column
from ingestion.formats.focus.companions import COMPANIONS
from ingestion.formats.focus.costs import COSTS
from ingestion.formats.focus.notes import NOTES

FOCUS = ExportFormat(
    name="focus",
    provider="focus",
    table="focus",
    description="FOCUS cost and usage",
    signature=(
        frozenset({"billingperiodstart", "chargecategory", "chargeperiodstart", "billedcost"}),
        frozenset({"billingperiodstart", "chargetype", "chargeperiodstart", "billedcost"}),
        frozenset({"billingperiodstart", "chargecategory", "chargeperiodstart", "effectivecost"}),
        frozenset({"chargecategory", "chargeperiodstart", "billedcost", "effectivecost"}),
    ),
    columns=COLUMNS,
    # midnight of the first in a zone east of Greenwich is still the month before in UTC
    period_sql="date_trunc('month', billing_period_start + interval 14 hours)::date",
    currency_column="billing_currency",
    account_column="billing_account_id",
    fits_sql="charge_period_start between billing_period_start - interval 1 day and billing_period_end"
    " and date_diff('day', billing_period_start, billing_period_end) between 27 and 32",
    cost_column="billed_cost",
    measures={"cost": COSTS},
    specials={"tags": read_tag_column("tags"), "sku_price_details": read_tag_column("sku_price_details")},
    notes=(note_unreadable("tags"), *NOTES),
    spell=name_column,
)

__all__ = ["COMPANIONS", "FOCUS"]
