"""Language models and Aurora: tokens that are never cached, storage that is all input."""

from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.fleet.aws_services import add, bill, store
from simulator.opportunities.kind import Kind
from simulator.opportunities.lines import Resource


def _profile(company: Company, fresh: int, cached: int) -> Resource:
    """A role's calls of one model a day, in thousands of tokens."""
    resource = add(company, "profile")
    bill(company, resource, "Claude4.5Sonnet-input-tokens", Decimal(fresh) * company.jitter(20))
    bill(company, resource, "Claude4.5Sonnet-output-tokens", Decimal(fresh + cached) / 20 * company.jitter(20))
    if cached:
        bill(company, resource, "Claude4.5Sonnet-cache-read-input-token-count", Decimal(cached) * company.jitter(20))
    return resource


def _plant_cache(company: Company) -> None:
    for tokens in (4000, 9000, 15000):
        company.waste(
            "bedrock_cache_ratio", _profile(company, tokens, 0), "requests", lambda _: None, "nothing is cached",
            is_planned=False,
        )  # fmt: skip


def _mislead_cache(company: Company) -> None:
    for tokens in (800, 1500, 2500):
        company.decoy("bedrock_cache_ratio", _profile(company, tokens, tokens * 8), "eight of nine tokens are cached")


BEDROCK_CACHE_RATIO = Kind("bedrock_cache_ratio", "aws", _plant_cache, _mislead_cache)


def _cluster(company: Company, gigabytes: int, requests: int) -> Resource:
    resource = add(company, "aurora")
    store(company, resource, "Aurora:StorageUsage", gigabytes)
    bill(company, resource, "Aurora:StorageIOUsage", Decimal(requests) * company.jitter(20))
    return resource


def _plant_aurora(company: Company) -> None:
    """Instances are billed under names of their own, so that what the other configuration saves is not on the bill."""
    for size in (200, 500, 900):
        resource = _cluster(company, size, 150_000_000)
        company.waste(
            "io_optimized",
            resource,
            "requests",
            lambda _: None,
            "most of its cost is input and output",
            is_planned=False,
        )


def _mislead_aurora(company: Company) -> None:
    for size in (800, 1500, 3000):
        company.decoy("io_optimized", _cluster(company, size, 900_000), "input and output cost little")


IO_OPTIMIZED = Kind("io_optimized", "aws", _plant_aurora, _mislead_aurora)
