"""A FOCUS source whose export has the datasets beside costs: invoices, billing periods and commitments."""

from tests.integration.dbt.warehouse import Warehouse

JANUARY = "2025-01-01"


def deliver_stated_invoices(warehouse: Warehouse) -> None:
    """A FOCUS source whose export states its invoices: 12.5 USD of two lines, 20 EUR of one, each as charged."""
    charges = [("INV-1", "USD", "10"), ("INV-1", "USD", "2.5"), ("INV-2", "EUR", "20")]
    common = {"billing_account_id": "a", "invoice_issuer_name": "Acme", "charge_category": "Usage"}
    rows = [
        {**common, "invoice_id": number, "billing_currency": currency, "billed_cost": cost, "effective_cost": cost}
        for number, currency, cost in charges
    ]
    totals = {
        (currency, measure): total
        for currency, total in (("USD", "12.5"), ("EUR", "20"))
        for measure in ("billed_cost", "effective_cost", "list_cost", "contracted_cost")
    }
    warehouse.deliver("focus", rows, source_name="stated", billing_period=JANUARY, totals=totals)
    lines = [
        {**{k: row[k] for k in (*common, "invoice_id", "billing_currency", "billed_cost")},
         "invoice_detail_id": str(number), "invoice_issue_status": "issued"}
        for number, row in enumerate(rows)
    ]  # fmt: skip
    warehouse.deliver(
        "focus_invoice_detail", lines, source_name="stated", billing_period=JANUARY, dataset="invoice_detail"
    )
    period = {"invoice_issuer_name": "Acme", "billing_period_start": "2024-12-31 23:00:00"}
    for delivered, status in (("2025-01-01", "open"), ("2025-02-01", "closed")):
        warehouse.deliver(
            "focus_billing_period",
            [{**period, "billing_period_status": status, "billing_period_last_updated": delivered}],
            source_name="stated",
            billing_period=delivered,
            dataset="billing_period",
        )
    commitment = {"contract_commitment_id": "c-1", "contract_commitment_cost": "1000.5", "billing_currency": "USD"}
    warehouse.deliver(
        "focus_contract_commitment",
        [commitment],
        source_name="stated",
        billing_period=JANUARY,
        dataset="contract_commitment",
    )
