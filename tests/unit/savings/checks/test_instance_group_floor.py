"""Instance groups whose minimum is too high."""

from decimal import Decimal

from tests.savings_gcp import COMPUTE, NEW, ZONE, add_vm, estate
from tests.savings_inventory import Estate

CHECK = "instance_group_floor"
MEMBER_OF = f"/zones/{ZONE}/instanceGroupManagers/web"


def add(made: Estate, load: float | list[float], vms: int = 5, measured: int = 5, **columns: object) -> None:
    """A group of five VMs that may not become smaller, scaled at 60 % CPU."""
    plain = {"created_at": NEW.replace(month=1), "mode": "ON", "least": 5, "most": 9, "cpu_target": 60.0, "signals": 1,
             "size": 5, "member_of": MEMBER_OF}  # fmt: skip
    made.add("gcp_instance_groups", f"{COMPUTE}/instanceGroupManagers/web", **{**plain, **columns})
    for number in range(vms):
        resource = add_vm(made, f"web-{number}", owner=f"projects/77{MEMBER_OF}")
        if number < measured:
            made.measure("gcp_instance_cpu", resource, load)


def example() -> Estate:
    made = estate()
    add(made, 20)
    return made


def test_as_many_vms_are_saved_as_the_group_would_do_without() -> None:
    # 100 % of load at 60 % take two VMs, with a fifth to spare three in place of five
    assert example().savings(CHECK) == {f"{COMPUTE}/instances/web-{n}": Decimal("360.00") for n in (0, 1)}


def test_two_stay_however_little_there_is_to_do() -> None:
    made = estate()
    add(made, 1)
    assert len(made.savings(CHECK)) == 3


def test_one_busy_hour_counts() -> None:
    made = estate()
    add(made, [10.0] * 335 + [50.0])
    assert made.savings(CHECK) == {}


def test_groups_that_follow_something_else_too_are_left_out() -> None:
    for columns in ({"signals": 2}, {"mode": "OFF"}, {"cpu_target": None}, {"least": 2}, {"created_at": NEW}):
        made = estate()
        add(made, 5, **columns)
        found = made.ask(CHECK)
        assert not found.recommendations and not found.skipped, columns


def test_hours_in_which_fewer_were_measured_do_not_count() -> None:
    made = estate()
    add(made, 5, measured=4)
    found = made.ask(CHECK)
    assert found.recommendations == [] and len(found.skipped) == 5
    assert found.skipped[0].reason == "the CPU of its group was measured on 0 days, 10 are needed"
