"""VMs that rest at the same hours of every day."""

from decimal import Decimal

from tests.savings_gcp import COMPUTE, NEW, add_vm, estate
from tests.savings_inventory import Estate

CHECK = "off_hours_compute"


def week(work: range, busy: float = 60, weekend: float = 1, quiet: float = 1) -> list[float]:
    """Two weeks by the hour, from Monday 19 October: busy in these hours of working days."""
    days = [[busy if hour in work else quiet for hour in range(24)]] * 5 + [[weekend] * 24] * 2
    return [value for day in days * 2 for value in day]


def add(made: Estate, name: str, values: list[float] | float, **columns: object) -> str:
    resource = add_vm(made, name, **columns)  # type: ignore[arg-type]
    made.measure("gcp_instance_cpu_peak", resource, values)
    return resource


def example() -> Estate:
    made = estate()
    add(made, "office", week(range(7, 19)))
    return made


def test_nights_and_weekends_are_saved_of_what_is_on_demand() -> None:
    made = example()
    resource = f"{COMPUTE}/instances/office"
    made.bill.add(resource, "N2 Instance Core running in Belgium", cost="5", pricing_category="Dynamic")
    # 12 of 24 hours on five days and all of two: 108 of 168, of 360
    assert made.savings(CHECK) == {resource: Decimal("231.43")}


def test_the_window_begins_on_a_monday() -> None:
    assert example().window.start.isoweekday() == 1


def test_one_busy_night_is_no_rest() -> None:
    made = estate()
    values = week(range(7, 19), weekend=60)
    values[24 * 2 + 1] = 50  # on Wednesday at one
    # then 19 to 1 is six hours, and 2 to 7 only five
    add(made, "backup", values)
    assert made.savings(CHECK, min_share=Decimal("0.17")) == {f"{COMPUTE}/instances/backup": Decimal("64.29")}
    assert made.savings(CHECK) == {}


def test_short_rests_and_little_rest_are_not_found() -> None:
    made = estate()
    add(made, "hourly", [60.0, 1.0] * 168)
    add(made, "lunch", week(range(5, 24), weekend=60))
    assert made.savings(CHECK) == {}


def test_what_never_works_has_no_schedule_and_what_always_works_neither() -> None:
    made = estate()
    add(made, "idle", 1)
    add(made, "busy", 50)
    add(made, "near", week(range(7, 19), quiet=5.1, weekend=5.1))
    assert made.savings(CHECK) == {}


def test_too_few_days_are_said_and_others_left_alone() -> None:
    made = estate()
    few = add(made, "few", week(range(7, 19))[24:])
    add(made, "young", week(range(7, 19)), created_at=NEW)
    add(made, "node", week(range(7, 19)), owner="goog-gke-node")
    found = made.ask(CHECK)
    assert found.recommendations == []
    assert [(one.resource_id, one.reason) for one in found.skipped] == [
        (few, "its CPU was measured on 13 days, 14 are needed")
    ]
