"""Closed findings and their bills in, realised savings out. The same bills and the same book say the same again; a bill
that was restated is judged anew."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from savings.realised.baseline import ZERO
from savings.realised.bills import Bills, MeterScope, Scope
from savings.realised.changes import Change, find_change
from savings.realised.closings import Closing, Cluster, Refused, cluster
from savings.realised.measure import Measured, find_windows, measure
from savings.realised.offsets import Part, weigh_commitments, weigh_newcomers
from savings.realised.rows import Row, make_row, make_rows, promise, split
from savings.realised.series import Days, Series
from savings.realised.verdicts import Net, judge

Resource = tuple[str, str, str]


def realise(closings: Sequence[Closing], bills: Bills) -> list[Row]:
    """A row for each closed finding, in the order of its name."""
    groups: defaultdict[Resource, list[Closing]] = defaultdict(list)
    for closing in closings:
        groups[closing.resource].append(closing)
    rows: list[Row] = []
    parts: list[Part] = []
    series = {key: Series.of(bills.find_lines(*key)) for key in groups}
    scopes = _leave_out(bills.scopes, groups, series)
    for key, same in sorted(groups.items()):
        found, refused = _find_changes(same, series[key], bills)
        rows += refused
        for one in cluster(found):
            part = _measure(one, series[key], bills, scopes)
            if isinstance(part, Part):
                parts.append(part)
            else:
                rows += make_rows(one, *part)
    unused = weigh_commitments(parts, bills)
    returned = weigh_newcomers(parts, bills, _add_up_meters(groups, series))
    for part, idle, back in zip(parts, unused, returned, strict=True):
        net = Net(part.measured, idle, back)
        rows += split(part.cluster, net, *judge(net, promise(part.cluster)))
    return sorted(rows, key=lambda row: str(row["recommendation_id"]))


def _find_changes(
    same: Iterable[Closing], series: Series, bills: Bills
) -> tuple[list[tuple[Closing, Change]], list[Row]]:
    found, refused = [], []
    for closing in same:
        change = _find_change(closing, series, bills)
        if isinstance(change, Change):
            found.append((closing, change))
        else:
            refused.append(make_row(closing, *change))
    return found, refused


def _find_change(closing: Closing, series: Series, bills: Bills) -> Change | Refused:
    source, account, resource = closing.resource
    if not resource:
        return "not_judged", "it is about all of an account: there is no resource to compare"
    if source in bills.ended:
        return "not_judged", f"its source has no usage since {bills.ended[source]}: it is taken to have ended"
    if not series.currencies:
        return "not_judged", "the resource is not on the bill of that time"
    if series.currencies != {closing.row["billing_currency"]}:
        return "not_judged", f"it is billed in {', '.join(sorted(map(str, series.currencies)))}"
    if len({name.lower() for name in series.names}) > 1:
        return "not_judged", f"several resources of its account are called so: {', '.join(sorted(series.names)[:3])}"
    if closing.acted_on is not None:
        return Change(closing.acted_on, "executed")
    change = find_change(series, bills.known.get((source, account), ()), closing.row["last_seen"])
    if isinstance(change, Change):
        return change
    return "too_early" if change.is_early else "not_judged", change.reason


def _measure(one: Cluster, series: Series, bills: Bills, scopes: dict[Scope, Days]) -> Part | Refused:
    source, account, _ = one.resource
    windows = find_windows(series, bills.known.get((source, account), ()), one)
    measured = measure(series, windows, scopes.get((source, account, *series.place, one.row["billing_currency"])))
    return Part(one, series, measured) if isinstance(measured, Measured) else measured


def _leave_out(
    scopes: Mapping[Scope, Days], groups: dict[Resource, list[Closing]], series: dict[Resource, Series]
) -> dict[Scope, Days]:
    """The scopes without the resources that findings closed of: they were acted on too."""
    left = {key: dict(days) for key, days in scopes.items()}
    for resource, same in groups.items():
        key = (*resource[:2], *series[resource].place, same[0].row["billing_currency"])
        for day, cost in series[resource].costs.items() if key in left else ():
            left[key][day] = left[key].get(day, ZERO) - cost
    return left


def _add_up_meters(groups: dict[Resource, list[Closing]], series: dict[Resource, Series]) -> dict[MeterScope, Days]:
    """What all resources with closed findings cost, by scope of a meter."""
    sums: dict[MeterScope, Days] = {}
    for resource, same in groups.items():
        region, currency = series[resource].place[0], same[0].row["billing_currency"]
        for meter, costs in series[resource].meters.items():
            days = sums.setdefault((*resource[:2], region, meter, currency), {})
            for day, cost in costs.items():
                days[day] = days.get(day, ZERO) + cost
    return sums
