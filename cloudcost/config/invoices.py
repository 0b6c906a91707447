"""What the providers invoiced: section ``invoices`` of the configuration."""

from decimal import Decimal

from pydantic import Field

from core.plausible import MOST_MONEY
from core.section import Section


class InvoiceSettings(Section):
    """Stated invoices, which the reconciliation compares billed cost with."""

    file: str | None = Field(
        None,
        description="CSV with the columns currency and amount and any of source, issuer, account, period (YYYY-MM) and "
        "invoice_id, which say what the invoice is for. Default none: nothing is compared but what FOCUS exports with "
        "Invoice Detail state themselves.",
    )
    tolerance: Decimal = Field(
        Decimal("0.01"),
        ge=0,
        le=MOST_MONEY,
        decimal_places=12,
        description="How far an invoice may be from the sum of its charges. One cent: invoices are rounded, charges "
        "are not. The difference itself is always shown.",
    )
