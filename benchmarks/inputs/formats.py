"""The export formats as the clouds document them: which columns state cost, currency and dates, under which names.

Nothing here is taken from the product, which must come to the same totals by its own knowledge. Names are compared
without case and without what is no letter or digit.
"""

import re
from dataclasses import dataclass

FOCUS_REQUIRED = ("billedcost", "billingperiodstart", "chargecategory", "chargeperiodstart", "billingaccountid")


@dataclass(frozen=True)
class Format:
    """One export format.

    - ``content``: ``csv``, ``parquet``, ``json`` (lines) or ``avro``; ``layout``: whose manifests it comes with.
    - ``measure``: what the sum of ``cost`` is: Azure's amortised export states the effective cost, all others the
      billed one. ``net`` replaces the cost of a row that has it; ``credits`` are added to it.
    - ``period``: the columns that tell a row's billing month, the first with a value counts; ``start``: when a charge
      began; ``spare``: columns without which the costs are known all the same.
    """

    name: str
    provider: str
    content: str
    layout: str
    cost: tuple[str, ...]
    currency: tuple[str, ...]
    period: tuple[str, ...]
    start: tuple[str, ...]
    end: tuple[str, ...]
    tags: tuple[str, ...]
    account: tuple[str, ...]
    required: tuple[str, ...]
    spare: tuple[str, ...]
    numbers: tuple[str, ...]
    net: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    measure: str = "billed_cost"
    export_type: str = ""

    @property
    def is_text(self) -> bool:
        """Whether every value is written as text, so that it can be spelled in any way."""
        return self.content == "csv"


def squeeze(name: str) -> str:
    """A column's name without case and without marks; of ``Kosten (CostInBillingCurrency)`` what is in brackets."""
    bracketed = re.fullmatch(r".+\(([A-Za-z0-9]+)\)\s*", name)
    return re.sub(r"[^a-z0-9]", "", (bracketed[1] if bracketed else name).lower())


def _aws(name: str, content: str) -> Format:
    return Format(
        name, "aws", content, "aws",
        cost=("lineitemunblendedcost",), net=("lineitemnetunblendedcost",), currency=("lineitemcurrencycode",),
        period=("billbillingperiodstartdate",), start=("lineitemusagestartdate",), end=("lineitemusageenddate",),
        tags=("resourcetags", "resourcetagsuserteam"), account=("billpayeraccountid",),
        required=("lineitemunblendedcost", "lineitemlineitemtype", "billpayeraccountid", "billbillingperiodstartdate"),
        spare=("lineitemlineitemdescription", "lineitemlegalentity", "pricingterm", "lineitemoperation"),
        numbers=("lineitemusageamount", "pricingpublicondemandcost"),
    )  # fmt: skip


def _focus(name: str, provider: str, content: str, layout: str) -> Format:
    return Format(
        name, provider, content, layout,
        cost=("billedcost",), currency=("billingcurrency",), period=("billingperiodstart",),
        start=("chargeperiodstart",), end=("chargeperiodend",), tags=("tags",), account=("billingaccountid",),
        required=FOCUS_REQUIRED, spare=("chargedescription", "skuid", "resourcename", "pricingunit"),
        numbers=("consumedquantity", "listunitprice"), export_type="FocusCost",
    )  # fmt: skip


def _azure(name: str, measure: str, export_type: str) -> Format:
    return Format(
        name, "azure", "csv", "azure",
        cost=("costinbillingcurrency", "cost", "pretaxcost"),
        currency=("billingcurrencycode", "billingcurrency", "currency"),
        period=("billingperiodstartdate", "date", "usagedatetime"), start=("date", "usagedatetime"),
        end=("billingperiodenddate",), tags=("tags",), account=("billingaccountid",),
        required=("costinbillingcurrency", "date"), spare=("metername", "offerid", "plan", "metersubcategory"),
        numbers=("quantity", "paygprice"), measure=measure, export_type=export_type,
    )  # fmt: skip


def _gcp(name: str, content: str) -> Format:
    return Format(
        name, "gcp", content, "plain",
        cost=("cost",), currency=("currency",), credits=("credits",), period=("invoicemonth",),
        start=("usagestarttime",), end=("usageendtime",), tags=("labels",), account=("billingaccountid",),
        required=("cost", "billingaccountid", "usagestarttime"),
        spare=("costtype", "sellername", "transactiontype"), numbers=("costatlist", "currencyconversionrate"),
    )  # fmt: skip


FORMATS = {
    f.name: f
    for f in (
        _aws("aws_cur", "csv"),
        _aws("aws_cur2", "parquet"),
        _focus("aws_focus", "aws", "parquet", "aws"),
        _azure("azure_actual", "billed_cost", "ActualCost"),
        _azure("azure_amortised", "effective_cost", "AmortizedCost"),
        _focus("azure_focus", "azure", "csv", "azure"),
        _gcp("gcp_parquet", "parquet"),
        _gcp("gcp_csv", "csv"),
        _focus("focus", "auto", "csv", "plain"),
        _gcp("gcp_json", "json"),
        _gcp("gcp_avro", "avro"),
    )
}
