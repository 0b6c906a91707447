"""The values that FOCUS allows in a column, other spellings of them, and what anything else is read as.

Declared here once: the door states what it meets outside the standard, staging reads it (by the settings table
`focus_values`), and docs/RECIPES.md lists it. Spellings are compared without blanks, dashes, underscores and case.

Source: FOCUS_Spec, specification/columns, versions 1.0 to 1.4 (allowed values) and 1.0-preview (On-Demand,
Commitment-Based, Used Commitment, Unused Commitment); Tencent Cloud's and Huawei Cloud's field descriptions
(`Usage-based`, `One-time`); LiteLLM's and other exporters' own words (`Standard` and `Regular` as a class).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingestion.expressions.sql import quote_literal

#: Service category -> its subcategories.
SERVICE_CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "AI and Machine Learning": (
        "AI Platforms", "Bots", "Generative AI", "Machine Learning", "Natural Language Processing",
    ),
    "Analytics": (
        "Analytics Platforms", "Business Intelligence", "Data Processing", "Search", "Streaming Analytics",
    ),
    "Business Applications": ("Productivity and Collaboration",),
    "Compute": (
        "Containers", "End User Computing", "Quantum Compute", "Serverless Compute", "Virtual Machines",
    ),
    "Databases": (
        "Caching", "Data Warehouses", "Ledger Databases", "NoSQL Databases", "Relational Databases",
        "Time Series Databases",
    ),
    "Developer Tools": (
        "Developer Platforms", "Continuous Integration and Deployment", "Development Environments",
        "Source Code Management", "Quality Assurance",
    ),
    "Multicloud": ("Multicloud Integration",),
    "Identity": ("Identity and Access Management",),
    "Integration": ("API Management", "Messaging", "Workflow Orchestration"),
    "Internet of Things": ("IoT Analytics", "IoT Platforms"),
    "Management and Governance": (
        "Architecture", "Compliance", "Cost Management", "Data Governance", "Disaster Recovery",
        "Endpoint Management", "Observability", "Support",
    ),
    "Media": ("Content Creation", "Gaming", "Media Streaming", "Mixed Reality"),
    "Migration": ("Data Migration", "Resource Migration"),
    "Mobile": (),
    "Networking": (
        "Application Networking", "Content Delivery", "Network Connectivity", "Network Infrastructure",
        "Network Routing", "Network Security",
    ),
    "Security": ("Secret Management", "Security Posture Management", "Threat Detection and Response"),
    "Storage": ("Backup Storage", "Block Storage", "File Storage", "Object Storage", "Storage Platforms"),
    "Web": ("Application Platforms",),
    "Other": (),
}  # fmt: skip
SUBCATEGORIES = {
    **{subcategory: category for category, names in SERVICE_CATEGORIES.items() for subcategory in names},
    **{f"Other ({category})": category for category in SERVICE_CATEGORIES},
}


def squeeze_value(written: str) -> str:
    """A value without what spellings differ in: blanks, dashes, underscores and case."""
    return written.replace(" ", "").replace("-", "").replace("_", "").lower()


def squeeze_sql(sql: str) -> str:
    """The same of an SQL expression; every engine runs it."""
    return f"lower(replace(replace(replace({sql}, ' ', ''), '-', ''), '_', ''))"


@dataclass(frozen=True)
class ValueMap:
    """How the values of one landed column are read.

    ``allowed``: what FOCUS allows. ``spellings``: what else is written (squeezed) -> the allowed value that it means.
    ``otherwise``: what any other value is read as; None for nothing, which staging fills by ``filled_by``.
    """

    column: str
    column_id: str
    allowed: tuple[str, ...]
    spellings: Mapping[str, str] = field(default_factory=dict)
    otherwise: str | None = None
    filled_by: str = "nothing"

    @property
    def readings(self) -> dict[str, str]:
        """Every spelling that is known, squeezed -> the value that it is read as."""
        return {**{squeeze_value(value): value for value in self.allowed}, **self.spellings}

    def is_outside(self) -> str:
        """DuckDB SQL: whether a row's value is not written as FOCUS writes it.

        Asked once per value of a dictionary, not per row as ``not in``, which takes ten times as long for 82 values.
        """
        return f"not list_contains([{', '.join(quote_literal(value) for value in self.allowed)}], {self.column})"

    def read_sql(self) -> str:
        """SQL: what a row's value is read as."""
        cases = " ".join(f"when {quote_literal(k)} then {quote_literal(v)}" for k, v in self.readings.items())
        otherwise = "null" if self.otherwise is None else quote_literal(self.otherwise)
        return (
            f"case when {self.column} is null then null "
            f"else case {squeeze_sql(self.column)} {cases} else {otherwise} end end"
        )


def _spell(**readings: str) -> dict[str, str]:
    """``value="one other"`` for each allowed value -> other spelling -> value (underscores of the name are blanks)."""
    return {word: value.replace("_", " ") for value, words in readings.items() for word in words.split()}


VALUE_MAPS = (
    # of unknown kind: counted in every total, and in no statistic of usage or purchases
    ValueMap(
        "charge_category", "ChargeCategory", ("Usage", "Purchase", "Tax", "Credit", "Adjustment"),
        _spell(
            Usage="consumption metered ondemand payasyougo",
            Purchase="fee license marketplace purchases recurring subscription support upfront",
            Tax="gst salestax taxes vat",
            Credit="coupon credits discount discounts promotion promotional promotionalcredit rebate voucher",
            Adjustment="adjustments correction generaladjustment refund refunds rounding roundingerror",
        ),
        otherwise="Adjustment",
    ),
    ValueMap("charge_class", "ChargeClass", ("Correction",), _spell(Correction="corrections")),
    ValueMap(
        "charge_frequency", "ChargeFrequency", ("One-Time", "Recurring", "Usage-Based"),
        {
            **dict.fromkeys(("once", "upfront"), "One-Time"),
            **dict.fromkeys(("annual", "annually", "monthly", "subscription", "yearly"), "Recurring"),
            **dict.fromkeys(("consumption", "metered", "ondemand", "payasyougo", "usage"), "Usage-Based"),
        },
        filled_by="Usage-Based where its category is Usage, else One-Time",
    ),
    ValueMap(
        "pricing_category", "PricingCategory", ("Standard", "Dynamic", "Committed", "Other"),
        _spell(
            Standard="contracted list negotiated ondemand payasyougo payg standardpricing",
            Dynamic="interruptible lowpriority preemptible spot",
            Committed="commitment commitmentbased committeduse committedusediscount cud reservation reserved "
                      "reservedinstance reservedinstances savingsplan savingsplans",
        ),
        otherwise="Other",
    ),
    # somebody may write a subcategory as the category
    ValueMap(
        "service_category", "ServiceCategory", tuple(SERVICE_CATEGORIES),
        {
            **{squeeze_value(name): category for name, category in SUBCATEGORIES.items()},
            **_spell(
                AI_and_Machine_Learning="ai ai&machinelearning ai/ml aiandml aiml artificialintelligence genai ml",
                Analytics="analytic bigdata data", Compute="computing container serverless",
                Databases="database", Developer_Tools="devops", Internet_of_Things="iot",
                Management_and_Governance="governance management management&governance monitoring",
                Networking="network", Identity="iam", Integration="applicationintegration",
            ),
        },
        otherwise="Other",
    ),
    ValueMap(
        "service_subcategory", "ServiceSubcategory", tuple(SUBCATEGORIES), filled_by="the Other of its category"
    ),
    ValueMap(
        "commitment_discount_category", "CommitmentDiscountCategory", ("Spend", "Usage"),
        _spell(Spend="cost dollarbased spendbased", Usage="quantity resource resourcebased usagebased"),
    ),
    ValueMap(
        "commitment_discount_status", "CommitmentDiscountStatus", ("Used", "Unused"),
        _spell(Used="consumed usedcommitment utilized", Unused="unusedcommitment unutilized"),
    ),
    ValueMap(
        "capacity_reservation_status", "CapacityReservationStatus", ("Used", "Unused"),
        _spell(Used="consumed utilized", Unused="unutilized"),
    ),
)  # fmt: skip
