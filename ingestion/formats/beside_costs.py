"""Datasets of the clouds that lie beside exports and hold no charges, though days and amounts are in them.

Source: Azure's dataset schemas of price sheet (2023-05-01) and of reservation details, recommendations and transactions
(2023-03-01, 2023-05-01); BigQuery's pricing export; AWS's cost optimisation recommendations in Data Exports.
"""

from collections.abc import Iterable

from ingestion.contracts import squeeze_name

#: What such a file is, and sets of native names (squeezed); a file that has all names of one set is one.
KNOWN_STRANGERS: dict[str, tuple[frozenset[str], ...]] = {
    "a price sheet of Azure": (
        frozenset({"meterid", "unitprice", "effectivestartdate"}),
        frozenset({"meterid", "unitprice", "marketprice"}),
    ),
    "Azure's reservation details": (frozenset({"reservationid", "reservedhours", "usedhours"}),),
    "Azure's reservation recommendations": (frozenset({"netsavings", "recommendedquantity"}),),
    "Azure's reservation transactions": (frozenset({"reservationorderid", "eventtype", "armskuname"}),),
    "Google's pricing export": (frozenset({"pricingasoftime"}),),
    "Google's carbon footprint": (frozenset({"carbonmodelversion"}),),
    "AWS's optimisation recommendations": (frozenset({"recommendationid", "actiontype", "currentresourcetype"}),),
    # our own tables, which the configuration names
    "exchange rates": (frozenset({"date", "from", "to", "rate"}), frozenset({"date", "currency", "rate"})),
    "figures of a metric": (frozenset({"date", "metric", "value"}),),
}
#: Stated invoices, as the configuration takes them: these columns and no others.
_INVOICES = frozenset({"source", "issuer", "account", "period", "invoiceid", "currency", "amount"})


def name_known_stranger(columns: Iterable[str]) -> str | None:
    """What a file with these columns is, where it is one of those; else None."""
    names = {squeeze_name(column) for column in columns}
    if {"currency", "amount"} <= names <= _INVOICES:
        return "stated invoices"
    return next((what for what, sets in KNOWN_STRANGERS.items() if any(s <= names for s in sets)), None)
