"""The whole bill of a company, as the savings are worked out from it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal

from simulator.opportunities.calendar import MONTH_DAYS, Calendar
from simulator.opportunities.lines import Line, Meter, Resource

Keep = Callable[[Line], bool]


class Bill:
    """Costs of the last 30 days by resource, and the customer's own prices."""

    def __init__(self, lines: Sequence[Line], calendar: Calendar) -> None:
        self.calendar = calendar
        self._lines: dict[tuple[str, str], list[Line]] = defaultdict(list)
        self._prices: dict[tuple[str, str, str, str], Decimal] = {}
        first, last = calendar.basis()
        self._cost: dict[int, Decimal] = {}
        self._seen: dict[int, set[dt.date]] = {}
        for line in lines:
            self._lines[line.resource.cloud, line.resource.id].append(line)
            within = [c for c in line.charges if first <= c.start.date() <= last]
            self._cost[id(line)] = sum((line.effective(c) for c in within), Decimal(0))
            self._seen[id(line)] = {c.start.date() for c in within}
            if within and line.payment in ("on_demand", "plan", "reserved") and line.price:
                self._prices.setdefault(_price_key(line.meter, line.resource.region), line.price)

    def lines(self, resource: Resource, keep: Keep | None = None) -> list[Line]:
        found = self._lines[resource.cloud, resource.id]
        return [line for line in found if keep is None or keep(line)]

    def monthly(self, resource: Resource, component: str = "all", keep: Keep | None = None) -> Decimal:
        """Effective cost per day seen in the last 30 days, times 30, of one component or of all."""
        total, seen = Decimal(0), set[dt.date]()
        for line in self.lines(resource, keep):
            if component in ("all", line.meter.component):
                total += self._cost[id(line)]
                seen |= self._seen[id(line)]
        return total / len(seen) * MONTH_DAYS if seen else Decimal(0)

    def spend(self, cloud: str) -> Decimal:
        """Effective cost of the last 30 days of all resources of a cloud."""
        return sum(
            (self._cost[id(line)] for key, lines in self._lines.items() if key[0] == cloud for line in lines),
            Decimal(0),
        )

    def own_price(self, meter: Meter, region: str) -> Decimal | None:
        """What the customer pays for a unit of a meter in a region, if it is on the bill."""
        return self._prices.get(_price_key(meter, region))

    def price_ratio(self, line: Line, successor: Meter) -> Decimal:
        """The price of the successor over the price of what runs: own prices, else public ones."""
        own = self.own_price(successor, line.resource.region)
        return own / line.price if own is not None else successor.price / line.meter.price


def _price_key(meter: Meter, region: str) -> tuple[str, str, str, str]:
    # what tells meters of the same name apart: the operation of AWS, the subcategory of Azure
    variant = meter.native.get("line_item_operation") or meter.native.get("MeterSubCategory", "")
    return meter.cloud, meter.service, f"{meter.usage}|{variant}", region
