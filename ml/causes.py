"""Causes: the difference of an anomaly split exactly, by who made it and by what changed.

The difference is the cost of the anomaly's days minus what was expected of them. What was expected is spread over the
parts as they were on the same weekdays of the four weeks before (days of other anomalies of the scope left out). Sums
are made in SQL and everything after is Decimal, so that the contributions of every dimension, and the effects, add up
to the difference to the last digit; what rounding or a missing baseline leaves over is the part REST.

Effects, per usage type, region, account and market (q quantity, c contracted and e effective cost; 0 before, 1 now):
price c1 - q1 c0/q0; coverage (e1 - c1) - (e0 - c0) q1/q0, which is what commitments took off more or less; usage
e0 (Q1/Q0 - 1) by the quantity Q of the whole usage type; mix is the rest, usage that moved to dearer or cheaper places.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Any

import pandas as pd

from ml.frames import columns_of, make_frame

BASELINE_DAYS = 28
TOP_VALUES, REPORTED_VALUES = 10, 3
OTHER, NONE, REST = "(other)", "(none)", "(rest)"
STEP = Decimal("1e-12")
#: A baseline is spread over the parts as long as the expectation is of its size.
NARROW, WIDE = Decimal("0.5"), Decimal(2)
DIMENSIONS: Mapping[str, str] = {
    "service_name": "service",
    "sub_account_id": "account",
    "x_usage_type": "usage type",
    "region_id": "region",
    "resource_id": "resource",
    "x_team": "team",
}
EFFECTS = ("price", "usage", "mix", "coverage")
CAUSE_COLUMNS = columns_of("anomaly_causes")
DAY_COLUMNS = columns_of("anomaly_days")
ANY = "*"
_LEVEL_FIELDS: Mapping[str, tuple[str, ...]] = {
    "usage_type": ("sub_account_id", "service_name", "region_id", "x_usage_type"),
    "account_service": ("sub_account_id", "service_name"),
    "service": ("service_name",),
    "account": ("sub_account_id",),
    "provider": (),
}
_PARTS = """
select days.anomaly_id, '{dimension}' as dimension, {member} as member, days.is_inside, days.weekday,
    sum(charges.effective_cost) as effective_cost, sum(charges.contracted_cost) as contracted_cost,
    sum(charges.consumed_quantity) as quantity
from {days} as days
inner join {charges} as charges
    on {charge_date} = days.charge_date
    and charges.billing_currency = days.billing_currency
    and charges.service_provider_name = days.service_provider_name
    and (days.sub_account_id = '*' or coalesce(charges.sub_account_id, '') = days.sub_account_id)
    and (days.service_name = '*' or charges.service_name = days.service_name)
    and (days.region_id = '*' or coalesce(charges.region_id, '') = days.region_id)
    and (days.x_usage_type = '*' or coalesce(charges.x_usage_type, '') = days.x_usage_type)
where charges.charge_category = 'Usage' and coalesce(charges.charge_frequency, '') not in ('One-Time', 'Recurring')
group by 1, 2, 3, 4, 5
"""
#: `usage type|region|account|spot`: a line in a value is written otherwise, so that no two cells read the same.
_CELL = (
    "||'|'||".join(
        f"replace(replace(coalesce(charges.{name}, ''), '%', '%25'), '|', '%7C')"
        for name in ("x_usage_type", "region_id", "sub_account_id")
    )
    + " || case when charges.pricing_category = 'Dynamic' then '|spot' else '|' end"
)

#: anomaly_id, dimension, member, is_inside, weekday, effective cost, contracted cost, quantity.
PartRow = tuple[str, str, str, bool, int, Decimal, Decimal | None, Decimal | None]


@dataclass(frozen=True)
class Explanations:
    """`causes`: CAUSE_COLUMNS (Decimal contributions). `amounts`: actual, expected, difference of each anomaly.
    `teams`: the one team whose cost it is, inside and in what it is compared with; None without such a one."""

    causes: pd.DataFrame
    amounts: Mapping[str, tuple[Decimal, Decimal, Decimal]]
    top_causes: Mapping[str, str]
    teams: Mapping[str, str | None]

    def describe(self, anomalies: pd.DataFrame) -> pd.DataFrame:
        """The anomalies with exact amounts (Decimal), their team, the cause to read first, and the largest as JSON."""
        names = anomalies["anomaly_id"].tolist()
        parts = {name: part for name, part in self.causes.groupby("anomaly_id", sort=False)}
        columns = dict(zip(("actual_cost", "expected_cost", "impact_cost"), range(3), strict=True))
        return anomalies.assign(
            **{column: [self.amounts[name][place] for name in names] for column, place in columns.items()},
            x_team=[self.teams[name] for name in names],
            top_cause=[self.top_causes[name] for name in names],
            causes=[_write_json(parts.get(name, self.causes.head(0))) for name in names],
        )


def _write_json(causes: pd.DataFrame) -> str:
    """The largest causes of one anomaly, effects last."""
    kept = causes[causes["rank"] <= REPORTED_VALUES]
    kept = kept.sort_values("share", key=lambda share: -share.abs(), kind="stable")
    kept = pd.concat([kept[kept["dimension"] != "effect"], kept[kept["dimension"] == "effect"]])
    return json.dumps(
        [
            {
                "dimension": DIMENSIONS.get(row["dimension"], row["dimension"]),
                "value": row["member"],
                "contribution": float(row["contribution"]),
                "share": row["share"],
            }
            for row in kept.to_dict("records")
        ]
    )


def list_days(anomalies: pd.DataFrame, first_day: date = date.min) -> pd.DataFrame:
    """The days of each anomaly and of its baseline with the scope to sum (DAY_COLUMNS; ANY where all is meant).

    Days before `first_day`, of which there are no costs, are no baseline.
    """
    records = []
    for scope, group in anomalies.groupby(
        ["billing_currency", "service_provider_name", "sub_account_id", "service_name"]
    ):
        busy = {
            day.date() for one in group.to_dict("records") for day in pd.date_range(one["start_date"], one["end_date"])
        }
        for one in group.to_dict("records"):
            fields = _LEVEL_FIELDS[one["scope_level"]]
            common = {"billing_currency": scope[0], "service_provider_name": scope[1]}
            common |= {name: (one[name] if name in fields else ANY) for name in _LEVEL_FIELDS["usage_type"]}
            for day, is_inside in _choose_days(one["start_date"], one["end_date"], busy, first_day):
                records.append(
                    {"anomaly_id": one["anomaly_id"], "charge_date": day, "weekday": day.weekday(),
                     "is_inside": is_inside, **common}
                )  # fmt: skip
    return make_frame(records, DAY_COLUMNS)


def _choose_days(start: date, end: date, busy: set[date], first_day: date) -> list[tuple[date, bool]]:
    """The anomaly's days, and of the 28 before it the calm ones of the same weekdays (all, where none is calm)."""
    inside = [day.date() for day in pd.date_range(start, end)]
    before = [
        day.date() for day in pd.date_range(end=pd.Timestamp(start) - pd.Timedelta(days=1), periods=BASELINE_DAYS)
    ]
    before = [day for day in before if day >= first_day]
    chosen = [(day, True) for day in inside]
    for weekday in sorted({day.weekday() for day in inside}):
        same = [day for day in before if day.weekday() == weekday]
        chosen += [(day, False) for day in ([day for day in same if day not in busy] or same)]
    return chosen


def list_queries(days: str, charges: str, charge_date: str) -> list[str]:
    """The SELECTs whose rows are PartRow: one per dimension and one for the effects.

    `days` is a table of `list_days`, `charges` one of FOCUS rows called charges, `charge_date` the day of such a row.
    """
    members = {name: f"coalesce(nullif(charges.{name}, ''), '{NONE}')" for name in DIMENSIONS} | {"effect": _CELL}
    return [
        _PARTS.format(dimension=name, member=member, days=days, charges=charges, charge_date=charge_date)
        for name, member in members.items()
    ]


def explain_anomalies(anomalies: pd.DataFrame, days: pd.DataFrame, parts: Iterable[PartRow]) -> Explanations:
    """Split the difference of each anomaly by the parts that the queries gave."""
    sums = _weigh_parts(days, parts)
    causes: list[tuple[Any, ...]] = []
    amounts, tops, teams = {}, {}, {}
    with localcontext(Context(prec=60, rounding=ROUND_HALF_EVEN)):
        for one in anomalies.to_dict("records"):
            name = str(one["anomaly_id"])
            per_dimension = sums.get(name, {})
            expected = Decimal(repr(float(one["expected_cost"]))).quantize(STEP)
            totals = per_dimension.get("x_usage_type", {})
            actual = sum((part[0][0] for part in totals.values()), Decimal(0))
            baseline = sum((part[1][0] for part in totals.values()), Decimal(0))
            factor = expected / baseline if baseline else Decimal(1)
            if not NARROW <= factor <= WIDE:
                factor = Decimal(1)
            difference = actual - expected
            amounts[name] = (actual, expected, difference)
            rows: list[tuple[Any, ...]] = []
            for dimension in DIMENSIONS:
                members = {
                    member: (part[0][0] - factor * part[1][0]).quantize(STEP)
                    for member, part in per_dimension.get(dimension, {}).items()
                }
                rows += _rank(name, dimension, _cut(members), difference)
            effects = split_effects(per_dimension.get("effect", {}), factor)
            rows += _rank(name, "effect", effects, difference)
            causes += rows
            teams[name] = _find_one_team(per_dimension.get("x_team", {}))
            tops[name] = _describe_top(rows, difference, str(one["billing_currency"]))
    columns = ("anomaly_id", "dimension", "member", "contribution", "share", "rank")
    records = [dict(zip(columns, row, strict=True)) for row in causes]
    return Explanations(make_frame(records, CAUSE_COLUMNS), amounts, tops, teams)


#: Now and before: effective cost, contracted cost, quantity.
_Part = tuple[list[Decimal], list[Decimal]]


def _weigh_parts(days: pd.DataFrame, parts: Iterable[PartRow]) -> dict[str, dict[str, dict[str, _Part]]]:
    """anomaly -> dimension -> member -> sums inside, and of a like stretch of the baseline."""
    counts = days.groupby(["anomaly_id", "weekday", "is_inside"]).size().to_dict()
    found: dict[str, dict[str, dict[str, _Part]]] = {}
    with localcontext(Context(prec=60, rounding=ROUND_HALF_EVEN)):
        for name, dimension, member, is_inside, weekday, *values in parts:
            part = (
                found.setdefault(name, {})
                .setdefault(dimension, {})
                .setdefault(member, ([Decimal(0)] * 3, [Decimal(0)] * 3))
            )
            weight = Decimal(1)
            if not is_inside:
                weight = Decimal(counts[name, weekday, True]) / Decimal(counts[name, weekday, False])
            side = part[0 if is_inside else 1]
            for place, value in enumerate(values):
                side[place] += weight * Decimal(value or 0)
    return found


def _find_one_team(members: Collection[str]) -> str | None:
    """The team that all charges are of: who sees its costs sees all that the anomaly is about."""
    names = set(members)
    return names.pop() if len(names) == 1 and NONE not in names else None


def split_effects(cells: Mapping[str, _Part], factor: Decimal) -> dict[str, Decimal]:
    """Price, usage, mix and coverage of cells named `usage type|...`; the baseline is taken times `factor`."""
    effects = dict.fromkeys(EFFECTS, Decimal(0))
    groups: dict[str, list[_Part]] = {}
    for name, (now, before) in cells.items():
        groups.setdefault(name.split("|", 1)[0], []).append((now, [factor * value for value in before]))
    for parts in groups.values():
        all_before = sum((before[2] for _, before in parts), Decimal(0))
        all_now = sum((now[2] for now, _ in parts), Decimal(0))
        for (e1, c1, q1), (e0, c0, q0) in parts:
            if not all_before or (not q0 and not q1):
                # a usage type that is new, or charged without a quantity
                effects["usage"] += e1 - e0
                continue
            price = coverage = Decimal(0)
            if q0 and q1:
                price = c1 - q1 * c0 / q0
                coverage = (e1 - c1) - (e0 - c0) * q1 / q0
            usage = e0 * (all_now / all_before - 1)
            effects["price"] += price
            effects["coverage"] += coverage
            effects["usage"] += usage
            effects["mix"] += e1 - e0 - price - coverage - usage
    return {name: value.quantize(STEP) for name, value in effects.items()}


def _cut(members: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The members that contributed most; those after the first TOP_VALUES as one."""
    ordered = sorted(members.items(), key=lambda item: (-abs(item[1]), item[0]))
    kept = dict(ordered[:TOP_VALUES])
    if len(ordered) > TOP_VALUES:
        kept[OTHER] = sum((value for _, value in ordered[TOP_VALUES:]), Decimal(0))
    return kept


def _rank(anomaly: str, dimension: str, parts: Mapping[str, Decimal], difference: Decimal) -> list[tuple[Any, ...]]:
    """Rows of one dimension, largest first; the row REST makes them add up."""
    rest = difference - sum(parts.values(), Decimal(0))
    named = sorted(((name, value) for name, value in parts.items() if value), key=lambda item: (-abs(item[1]), item[0]))
    if rest:
        named.append((REST, rest))
    return [
        (anomaly, dimension, name, value, float(value / difference) if difference else 0.0, rank)
        for rank, (name, value) in enumerate(named, start=1)
    ]


def _describe_top(rows: Sequence[tuple[Any, ...]], difference: Decimal, currency: str) -> str:
    """The finest dimension's member that explains most, and the effect that does."""
    order = ("x_usage_type", "resource_id", "region_id", "service_name", "sub_account_id", "x_team")
    named = [row for row in rows if row[1] in order and row[2] not in (OTHER, NONE, REST) and row[4] > 0]
    if not named:
        return ""
    # of nearly equal shares the one of the dimension that is named first
    best = max(named, key=lambda row: (min(round(row[4], 2), 1.0), -order.index(row[1])))
    effect = next((row for row in rows if row[1] == "effect" and row[2] != REST), None)
    why = f", by {effect[2]}" if effect else ""
    return (
        f"{DIMENSIONS[best[1]]} {best[2]}: {best[3]:+,.2f} {currency} "
        f"({100 * best[4]:.0f} % of {difference:+,.2f}){why}"
    )
