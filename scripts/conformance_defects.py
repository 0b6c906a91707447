"""Rules that focus-validator checks otherwise than their text states; `conformance.find_unproved` proves each anew."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Defect:
    """A rule that the validator checks otherwise than its text states.

    ``condition`` is what its rule model holds, ``breach`` the SQL condition of rows that do break the rule's text.
    """

    rule: str
    condition: dict[str, Any]
    why: str
    breach: str


def _column_is(column: str, value: str | None, function: str = "CheckValue") -> dict[str, Any]:
    return {"CheckFunction": function, "ColumnName": column, "Value": value}


DEFECTS = (
    Defect(
        "BilledCost-C-005-C",
        {"CheckFunction": "CheckNotSameValue", "ColumnAName": "ProviderName", "ColumnBName": "InvoiceIssuerName"},
        "takes every issuer with another name than the provider for a third party: AWS bills as Amazon Web Services, "
        "Inc. and others, in the specification's own sample data too",
        '"ProviderName" <> "InvoiceIssuerName" and "BilledCost" <> 0 '
        "and not (\"ProviderName\" = 'AWS' and \"InvoiceIssuerName\" like 'Amazon Web Services%')",
    ),
    Defect(
        "CapacityReservationStatus-C-004-C",
        {"AND": [_column_is("CapacityReservationId", None, "CheckNotValue"), _column_is("ChargeCategory", "Usage")]},
        "its condition is spelled as no check function is, so it is applied to every row",
        '"CapacityReservationId" is not null and "ChargeCategory" = \'Usage\' and "CapacityReservationStatus" is null',
    ),
    Defect(
        "CommitmentDiscountStatus-C-004-C",
        _column_is("CommitmentDiscountId", None),
        "its condition is the opposite of its text: it is applied to the rows without a commitment",
        '"CommitmentDiscountId" is not null and "ChargeCategory" = \'Usage\' and "CommitmentDiscountStatus" is null',
    ),
    Defect(
        "EffectiveCost-C-005-C",
        _column_is("ChargeCategory", "Purchase"),
        "lacks the second half of its text: support, subscriptions and marketplace purchases cover no later charges",
        '"ChargeCategory" = \'Purchase\' and "CommitmentDiscountId" is not null and "EffectiveCost" <> 0',
    ),
    Defect(
        "InvoiceId-C-004-C",
        {},
        "has no condition: InvoiceId would have to be null always, and by InvoiceId-C-005-C never",
        "\"InvoiceId\" = ''",
    ),
    Defect(
        "InvoiceId-C-005-C",
        {},
        "has no condition: InvoiceId would have to be filled always, and by InvoiceId-C-004-C never",
        "\"InvoiceId\" = ''",
    ),
)
