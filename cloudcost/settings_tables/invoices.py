"""Stated invoices as a settings table."""

from pathlib import Path

from cloudcost.config.document import CloudcostConfig
from cloudcost.settings_tables.csv_files import read_csv
from warehouse.settings_contracts import Column, Row, SettingsTable

SELECTORS = ("source", "issuer", "account", "period", "invoice_id")


def list_invoices(config: CloudcostConfig, base_directory: Path) -> list[Row]:
    """One row per row of the invoices file."""
    if config.invoices.file is None:
        return []
    sources = {source.name for source in config.sources}
    rows: list[Row] = []
    for row in read_csv(base_directory / config.invoices.file, ("currency", "amount"), SELECTORS):
        source, invoice_id, period = row.text("source"), row.text("invoice_id"), row.month("period")
        if source is not None and source not in sources:
            raise row.error(f"there is no source {source!r}; there are {', '.join(sorted(sources))}")
        if period is None and invoice_id is None:
            raise row.error("an invoice names its period, its invoice_id or both")
        if source is None and row.text("issuer") is None and invoice_id is None:
            raise row.error("an invoice names its source, its issuer or its invoice_id")
        selected = (source, row.text("issuer"), row.text("account"), period, invoice_id, row.currency("currency"))
        rows.append((row.line, *selected, row.number("amount"), config.invoices.tolerance))
    return rows


def list_invoice_settings(config: CloudcostConfig, _: Path) -> list[Row]:
    """One row."""
    return [(config.invoices.tolerance,)]


INVOICES = SettingsTable(
    name="invoices",
    description="Invoices as the configuration's invoices file states them.",
    columns=(
        Column("statement_number", "integer", "Line of the invoices file."),
        Column("source_name", "text", "The source whose charges it is for.", is_nullable=True),
        Column("invoice_issuer_name", "text", "Who wrote it.", is_nullable=True),
        Column("billing_account_id", "text", "The billing account that it is for.", is_nullable=True),
        Column("billing_period", "date", "First day of the billing month that it is for.", is_nullable=True),
        Column("invoice_id", "text", "The provider's number of it.", is_nullable=True),
        Column("billing_currency", "text", "Currency of the amount."),
        Column("invoiced_amount", "numeric", "The invoice's total."),
        Column("tolerance", "numeric", "How far the charges may be from it."),
    ),
    key=("statement_number",),
    rows=list_invoices,
)

INVOICE_SETTINGS = SettingsTable(
    name="invoice_settings",
    description="How invoices are compared with charges; one row.",
    columns=(Column("tolerance", "numeric", "How far charges may be from an invoice that an export states."),),
    key=("tolerance",),
    rows=list_invoice_settings,
)
