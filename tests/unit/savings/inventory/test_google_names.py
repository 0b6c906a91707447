"""How Google names places, resources and sizes, and what of it the bill has."""

import pytest

from savings.inventory.cells import CellError
from savings.inventory.gcp.cloud import full_name, read_warning, region_of
from savings.inventory.gcp.databases import read_tier
from savings.inventory.gcp.monitoring import add_samples, read_point
from tests.savings_gcp import NEW, OLD

LINK = "https://www.googleapis.com/compute/v1/projects/shop/zones/us-central1-a/instances/web"


@pytest.mark.parametrize(
    ("place", "region"),
    [
        ("zones/europe-west1-b", "europe-west1"),
        ("regions/europe-west1", "europe-west1"),
        ("global", ""),
        ("us-central1-f", "us-central1"),
        ("northamerica-northeast2", "northamerica-northeast2"),
        (LINK, "us-central1"),
        ("projects/shop/locations/asia-east1/instances/cache", "asia-east1"),
        ("projects/shop/global/images/base", ""),
    ],
)
def test_a_zone_is_of_its_region(place: str, region: str) -> None:
    assert region_of(place) == region


def test_the_full_name_is_the_same_whichever_host_the_address_has() -> None:
    wanted = "//compute.googleapis.com/projects/shop/zones/us-central1-a/instances/web"
    assert full_name(LINK) == wanted
    assert full_name(LINK.replace("www.googleapis.com", "compute.googleapis.com")) == wanted


@pytest.mark.parametrize(
    ("tier", "size"),
    [
        ("db-custom-4-15360", (4, 15360)),
        ("db-n1-standard-8", (8, 30720)),
        ("db-n1-highmem-2", (2, 13312)),
        ("db-perf-optimized-N-8", (8, 65536)),
        ("db-f1-micro", (None, None)),
        ("db-c4a-highmem-4", (None, None)),
    ],
)
def test_a_tier_says_its_size_or_it_is_not_known(tier: str, size: tuple[int | None, int | None]) -> None:
    assert read_tier(tier) == size


def test_only_warnings_of_something_missing_count() -> None:
    assert read_warning({"warning": {"code": "NO_RESULTS_ON_PAGE"}}) is None
    assert read_warning({}) is None
    assert read_warning({"warning": {"code": "UNREACHABLE"}}) == "UNREACHABLE"


def test_hours_that_one_of_two_measurements_has_are_kept() -> None:
    assert add_samples([(OLD, 1.0)], [(OLD, 2.0), (NEW, 5.0)]) == [(OLD, 3.0), (NEW, 5.0)]


def test_a_point_without_a_number_is_an_error() -> None:
    with pytest.raises(CellError):
        read_point({"value": {"stringValue": "x"}, "interval": {"endTime": "2026-11-01T01:00:00Z"}})
