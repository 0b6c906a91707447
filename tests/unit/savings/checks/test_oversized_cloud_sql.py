"""Cloud SQL instances larger than what they do."""

from decimal import Decimal

from tests.savings_gcp import NEW, add_database, estate
from tests.savings_inventory import Estate

CHECK = "oversized_cloud_sql"


def add(made: Estate, name: str, cpu: float | list[float], memory: float, **columns: object) -> str:
    resource = add_database(made, name, **columns)  # type: ignore[arg-type]
    made.measure("gcp_database_cpu", resource, cpu)
    made.measure("gcp_database_memory", resource, memory)
    return resource


def example() -> Estate:
    made = estate()
    add(made, "large", 30, 40)
    return made


def test_half_of_vcpus_and_memory_is_saved() -> None:
    made = example()
    assert list(made.savings(CHECK).values()) == [Decimal("135.00")]
    (found,) = made.ask(CHECK).recommendations
    assert "with 4 vCPUs" in found.reason


def test_the_smallest_part_that_is_enough_counts() -> None:
    made = estate()
    small = add(made, "small", 19, 19)
    # an eighth of its memory is more than the least, of its vCPUs one
    tiny = add(made, "tiny", 9, 9)
    assert made.savings(CHECK) == {small: Decimal("202.50"), tiny: Decimal("236.25")}


def test_busy_or_full_ones_stay_as_they_are() -> None:
    made = estate()
    add(made, "busy", 41, 10)
    add(made, "full", 10, 41)
    add(made, "at-night", [5.0] * 332 + [80.0] * 4, 10)
    add(made, "smallest", 1, 10, tier="db-custom-1-3840", vcpus=1, memory_mb=3840)
    assert made.savings(CHECK) == {}


def test_others_are_left_alone_and_an_unknown_tier_is_said() -> None:
    made = estate()
    add(made, "shared", 1, 1, tier="db-f1-micro", vcpus=None, memory_mb=None)
    add(made, "young", 1, 1, created_at=NEW)
    unknown = add(made, "unknown", 1, 1, tier="db-new-8", vcpus=None, memory_mb=None)
    found = made.ask(CHECK)
    assert found.recommendations == []
    assert [(one.resource_id, one.reason) for one in found.skipped] == [
        (unknown, "the size of its tier db-new-8 is not known")
    ]
