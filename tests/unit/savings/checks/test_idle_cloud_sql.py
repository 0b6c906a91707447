"""Cloud SQL instances that nobody connects to."""

from decimal import Decimal

from tests.savings_gcp import NEW, add_database, estate
from tests.savings_inventory import Estate

CHECK = "idle_cloud_sql"


def add(made: Estate, name: str, connections: float | list[float] = 0, **columns: object) -> str:
    resource = add_database(made, name, **columns)  # type: ignore[arg-type]
    made.measure("gcp_database_connections", resource, connections)
    return resource


def example() -> Estate:
    made = estate()
    add(made, "idle")
    return made


def test_its_vcpus_and_memory_are_saved_and_its_storage_stays() -> None:
    assert list(example().savings(CHECK).values()) == [Decimal("270.00")]


def test_one_connection_in_two_weeks_is_use() -> None:
    made = estate()
    add(made, "monthly", [0.0] * 335 + [1.0])
    assert made.savings(CHECK) == {}


def test_replicas_stopped_young_and_kept_are_not_found() -> None:
    made = estate()
    add(made, "replica", instance_type="READ_REPLICA_INSTANCE")
    add(made, "primary", replicas=["replica"])
    add(made, "stopped", activation_policy="NEVER")
    add(made, "young", created_at=NEW)
    add(made, "kept", tags={"keep": "true"})
    found = made.ask(CHECK)
    assert not found.recommendations and not found.skipped


def test_too_few_days_are_said() -> None:
    made = estate()
    few = add(made, "few", [0.0] * 24 * 9)
    assert [(one.resource_id, one.reason) for one in made.ask(CHECK).skipped] == [
        (few, "who connects to it was measured on 9 days, 10 are needed")
    ]
