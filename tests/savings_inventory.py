"""What a cloud would say of its resources, with a bill beside it, and what a check of both finds.

The test module of every inventory check, `tests/unit/savings/checks/test_<name>.py`, has a function ``example`` that
gives an `Estate` in which the check finds something; `tests/contract/test_inventory_checks.py` then takes away from it.
"""

import copy
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from savings.check import InventoryCheck, Scope
from savings.findings import Findings
from savings.inventory.contract import KEY_COLUMNS, Series, Window
from savings.inventory.evidence import add_inventory, judge_inventory
from savings.inventory.registry import find_metrics, find_tables
from savings.inventory.settings import InventorySettings
from savings.inventory.taking import Taken
from savings.registry import CHECKS
from tests.savings_bill import Bill

TODAY = dt.date(2026, 11, 2)
#: As `Bill` has them.
ACCOUNT, REGION = "account-1", "region-1"


@dataclass
class Estate:
    """Resources as tables of the inventory have them; what is not said of one is None, and its tags are empty."""

    bill: Bill = field(default_factory=Bill)
    window: Window = field(default_factory=lambda: Window.before(TODAY, 14))
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    series: dict[str, list[tuple[str, Series]]] = field(default_factory=dict)
    incomplete: dict[str, dict[Scope, str]] = field(default_factory=dict)
    protected_tags: Sequence[str] = InventorySettings().protected_tags

    def add(self, table: str, resource_id: str, **columns: Any) -> "Estate":
        """A resource of a table; ``columns`` may say account_id and region too."""
        known = find_tables()[table].columns
        assert set(columns) <= {*known, *KEY_COLUMNS}, f"no such columns: {sorted(set(columns) - set(known))}"
        plain = dict.fromkeys(known) | ({"tags": {}} if "tags" in known else {})
        row = {"account_id": ACCOUNT, "region": REGION, "resource_id": resource_id, **plain, **columns}
        self.rows.setdefault(table, []).append(row)
        return self

    def measure(
        self, metric: str, resource_id: str, values: float | Sequence[float], *, hours: int = 1, region: str = REGION
    ) -> "Estate":
        """A value every ``hours`` hours up to the window's end; one number is every value of the whole window."""
        if isinstance(values, int | float):
            values = [float(values)] * (self.window.days * 24 // hours)
        start = self.window.end - dt.timedelta(hours=hours * len(values))
        samples = [(start + dt.timedelta(hours=hours * number), float(value)) for number, value in enumerate(values)]
        self.series.setdefault(metric, []).append((ACCOUNT, Series(region, resource_id, samples)))
        return self

    def copy(self) -> "Estate":
        """One of its own, to take things away from."""
        return copy.deepcopy(self)

    def ask(self, check: str | InventoryCheck, **changed: Any) -> Findings:
        """What the check finds, and what it could not judge. ``changed``: parameters of an installation."""
        found = CHECKS[check] if isinstance(check, str) else check
        assert isinstance(found, InventoryCheck)
        metrics = {name: self.series.get(name, []) for name in found.metrics}
        tables = {*found.tables, *(find_metrics()[name].table for name in found.metrics)}
        clouds: set[str] = {find_tables()[name].cloud for name in tables}
        rows = {name: self.rows.get(name, []) for name in tables}
        taken = Taken(self.window, rows, metrics, self.incomplete, clouds)
        with self.bill.open(*found.seeds) as evidence:
            add_inventory(evidence, taken, self.protected_tags)
            return judge_inventory(evidence, taken, found, changed, TODAY)

    def savings(self, check: str | InventoryCheck, **changed: Any) -> dict[str, Decimal | None]:
        """The same as savings by resource, to the cent."""
        return {
            one.resource_id: None if one.monthly_saving is None else one.monthly_saving.quantize(Decimal("0.01"))
            for one in self.ask(check, **changed).recommendations
        }
