"""Buckets that keep unfinished uploads."""

from typing import Any

from tests.savings_inventory import Estate


def bucket(estate: Estate, name: str, begun: str = "3", ended: str = "2", **columns: Any) -> Estate:
    """A bucket in which more uploads are begun than ended every day."""
    estate.add("aws_buckets", name, **{"aborts_uploads": False, **columns})
    estate.bill.add(name, "EUC1-TimedStorage-ByteHrs", cost="1", quantity="43", unit="GB-Months")
    parts = {"InitiateMultipartUpload": begun, "CompleteMultipartUpload": ended}
    for operation, quantity in parts.items():
        estate.bill.add(
            name, "EUC1-Requests-Tier1", cost="0.01", quantity=quantity, unit="Requests", x_operation=operation
        )
    return estate


def example() -> Estate:
    return bucket(Estate(), "media")


def test_it_is_named_without_an_amount() -> None:
    (one,) = example().ask("uploads_without_lifecycle").recommendations
    assert one.resource_id == "media" and one.monthly_saving is None and one.monthly_cost == 30
    assert one.reason.startswith("30 of 90 uploads in parts to media did not end in 30 days")


def test_what_is_aborted_or_ended_is_left_alone() -> None:
    estate = bucket(Estate(), "aborts", aborts_uploads=True)
    bucket(estate, "ends", "3", "3")
    bucket(estate, "hidden", aborts_uploads=None)
    found = estate.ask("uploads_without_lifecycle")
    assert not found.recommendations
    assert [(one.resource_id, one.reason) for one in found.skipped] == [("hidden", "its lifecycle may not be seen")]
