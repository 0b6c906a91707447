"""The datasets that FOCUS 1.4 puts beside Cost and Usage: Billing Period, Invoice Detail, Contract Commitment (1.3).

They lie in the folder of the costs, are recognised by their columns and kept as tables of their own; none of their
amounts is ever counted as cost. Invoice Detail states invoices, which the reconciliation compares with the charges.

Source: FOCUS specification 1.4 (ratified 4 June 2026), datasets; columns as published in guymano/focus-data-toolkit's
model of it.
"""

from ingestion.contracts import Column, ColumnKind, ExportFormat, Note
from ingestion.formats.focus.columns import name_column

_KINDS: tuple[ColumnKind, ...] = ("text", "money", "quantity", "timestamp", "json")


def _declare(required: str, **names: str) -> tuple[Column, ...]:
    """``kind="name name"`` as columns, those of ``required`` with a value in every row."""
    return tuple(
        Column(
            name,
            kind,
            required=name in required.split(),
            is_start=name == "billing_period_start",
            not_before=name.replace("_end", "_start") if name.endswith("_period_end") else "",
        )
        for kind in _KINDS
        for name in names.get(kind, "").split()
    )


def _note_kept(what: str) -> tuple[Note, ...]:
    return (Note("companion", "true", f"{{n}} rows of FOCUS's {what} dataset: kept beside the costs, not counted"),)


BILLING_PERIOD = ExportFormat(
    name="focus_billing_period",
    provider="focus",
    table="focus_billing_period",
    description="FOCUS billing periods and whether they are closed",
    signature=(frozenset({"billingperiodstart", "billingperiodstatus"}),),
    columns=_declare(
        "billing_period_start billing_period_status",
        text="billing_period_status invoice_issuer_name",
        timestamp="billing_period_start billing_period_end billing_period_created billing_period_last_updated",
    ),
    period_sql="",
    currency_column="cast(null as varchar)",
    account_column="cast(null as varchar)",
    cost_column="",
    measures={},
    dataset="billing_period",
    notes=_note_kept("Billing Period"),
    spell=name_column,
)

INVOICE_DETAIL = ExportFormat(
    name="focus_invoice_detail",
    provider="focus",
    table="focus_invoice_detail",
    description="FOCUS lines of issued and provisional invoices",
    signature=(
        frozenset({"invoicedetailid", "invoiceissuestatus"}),
        frozenset({"invoicedetailid", "invoiceissuedate"}),
        frozenset({"invoicedetailid", "invoicedetailcreated"}),
    ),
    columns=_declare(
        "billed_cost billing_account_id billing_currency billing_period_start invoice_id",
        text="""billing_account_id billing_currency charge_category invoice_detail_description invoice_detail_id
            invoice_id invoice_issue_status invoice_issuer_name payment_currency payment_currency_invoice_detail_id
            payment_terms purchase_order_number reference_invoice_id""",
        money="billed_cost payment_currency_billed_cost",
        timestamp="""billing_period_start billing_period_end invoice_detail_created invoice_detail_last_updated
            invoice_issue_date payment_due_date""",
        json="invoice_detail_grain",
    ),
    period_sql="date_trunc('month', billing_period_start + interval 14 hours)::date",
    currency_column="billing_currency",
    account_column="billing_account_id",
    cost_column="billed_cost",
    measures={},
    dataset="invoice_detail",
    notes=_note_kept("Invoice Detail"),
    spell=name_column,
)

CONTRACT_COMMITMENT = ExportFormat(
    name="focus_contract_commitment",
    provider="focus",
    table="focus_contract_commitment",
    description="FOCUS commitments of contracts",
    signature=(
        frozenset({"contractcommitmentid", "contractcommitmenttype"}),
        frozenset({"contractcommitmentid", "contractid"}),
    ),
    columns=_declare(
        "contract_commitment_id",
        text="""billing_currency contract_commitment_benefit_category contract_commitment_category
            contract_commitment_description contract_commitment_duration_type
            contract_commitment_fulfillment_interval contract_commitment_id contract_commitment_lifecycle_status
            contract_commitment_model contract_commitment_offer_category contract_commitment_payment_interval
            contract_commitment_payment_model contract_commitment_type contract_commitment_unit contract_id
            invoice_issuer_name pricing_currency service_provider_name""",
        money="contract_commitment_cost pricing_currency_contract_commitment_cost",
        quantity="""contract_commitment_discount_percentage contract_commitment_payment_upfront_percentage
            contract_commitment_quantity""",
        timestamp="""contract_commitment_created contract_commitment_last_updated contract_commitment_period_start
            contract_commitment_period_end contract_period_start contract_period_end""",
        json="contract_commitment_applicability",
    ),
    period_sql="",
    currency_column="cast(null as varchar)",
    account_column="cast(null as varchar)",
    cost_column="",
    measures={},
    dataset="contract_commitment",
    notes=_note_kept("Contract Commitment"),
    spell=name_column,
)

COMPANIONS = (BILLING_PERIOD, INVOICE_DETAIL, CONTRACT_COMMITMENT)
