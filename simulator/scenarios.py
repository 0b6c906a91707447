"""Which anomalies a simulated company has: the standard twelve, ones that its seed draws, or none.

The drawn ones differ in kind, size, length, place and time, so that a detector cannot be fitted to them; some are so
small that the truth file lists them without their having to be found. Services whose usage is covered by commitments or
discounted by credits are left out, because the bill prices them otherwise than by quantity and price.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from simulator.aws_items import AWS_BEDROCK, AWS_ITEMS
from simulator.azure_items import AZURE_ITEMS
from simulator.catalogue import Item
from simulator.company import (
    AWS_ACCOUNTS,
    AWS_REGIONS,
    AZURE_ACCOUNTS,
    AZURE_REGIONS,
    GCP_ACCOUNTS,
    GCP_REGIONS,
    Account,
)
from simulator.gcp_items import GCP_ITEMS, GCP_VERTEX
from simulator.periods import Window
from simulator.plans import PLANS, Kind, Plan

Scenario = Literal["standard", "varied", "none"]

_CODES = {
    "aws": "AmazonDynamoDB AmazonCloudWatch AmazonES AmazonS3 AmazonMSK AWSGlue AmazonAthena AmazonRedshift AmazonEKS "
    "AmazonCloudFront awskms AmazonGuardDuty AmazonEFS",
    "azure": "Azure-Cosmos-DB Log-Analytics SQL-Database Azure-Database-for-PostgreSQL Redis-Cache Azure-App-Service "
    "Event-Hubs Key-Vault Azure-Databricks Azure-Data-Factory-v2",
    "gcp": "BigQuery Cloud-Logging Cloud-SQL Cloud-Pub/Sub Kubernetes-Engine Cloud-Memorystore-for-Redis",
}
_ITEMS = {"aws": AWS_ITEMS, "azure": AZURE_ITEMS, "gcp": GCP_ITEMS}
_REGIONS = {"aws": tuple(AWS_REGIONS), "azure": tuple(AZURE_REGIONS), "gcp": tuple(GCP_REGIONS)}
#: Pairs of meters of one service between which a company moves its usage.
_PAIRS = (
    ("aws", "TimedStorage-ByteHrs", "Requests-Tier1"),
    ("azure", "Hot LRS Data Stored", "Hot Write Operations"),
    ("gcp", "Analysis (europe-west4)", "Active Logical Storage (europe-west4)"),
)
#: How many of each kind a company has: at least, at most.
_COUNTS: dict[Kind, tuple[int, int]] = {
    "spike": (1, 3),
    "multi_day_spike": (1, 2),
    "level_shift": (1, 2),
    "slow_leak": (1, 2),
    "trend_break": (0, 1),
    "service_stopped": (1, 2),
    "new_service": (1, 2),
    "new_region": (1, 2),
    "price_change": (1, 2),
    "planned_event": (2, 3),
}
#: Days of history before the first, and days that the last has to unfold.
_HISTORY, _ROOM = 60, 10
_STREAM = 77


def list_plans(scenario: Scenario, seed: int, window: Window) -> Sequence[Plan]:
    """The plans of a scenario; of a company too young for them there are few or none."""
    if scenario == "none":
        return ()
    return PLANS if scenario == "standard" else _draw_plans(seed, window)


def _draw_plans(seed: int, window: Window) -> list[Plan]:
    generator = np.random.default_rng([seed, _STREAM])
    latest = window.days - _HISTORY
    if latest <= _ROOM:
        return []
    places = _list_places()
    free = [places[n] for n in generator.permutation(len(places))]
    plans: list[Plan] = []
    for kind, (least, most) in _COUNTS.items():
        for _ in range(int(generator.integers(least, most + 1))):
            plan = _draw_plan(kind, f"{kind}-{len(plans)}", free, generator, latest)
            taken = (plan.account, plan.item.code)
            free = [place for place in free if (place[0], place[1].code) != taken]
            plans.append(plan)
    return plans + _draw_opposite(generator, latest, free)


def _list_places() -> list[tuple[Account, Item]]:
    """Every account and meter in which something can happen."""
    places = []
    for accounts, provider in ((AWS_ACCOUNTS, "aws"), (AZURE_ACCOUNTS, "azure"), (GCP_ACCOUNTS, "gcp")):
        codes = {code.replace("-", " ") for code in _CODES[provider].split()} | set(_CODES[provider].split())
        for account in accounts:
            if not account.weight or account.id == "fernhill-ml-staging":  # its usage is half paid by a promotion
                continue
            first: dict[str, Item] = {}
            for item in _ITEMS[provider]:
                if item.code in codes and item.kind == "on_demand":
                    first.setdefault(item.code, item)
            places += [(account, item) for item in first.values()]
    return places


def _is_foreign(account: Account, item: Item) -> bool:
    """Whether the account never uses the service by itself."""
    return bool(item.accounts) and account.name not in item.accounts and account.id not in item.accounts


def _draw_plan(
    kind: Kind, name: str, free: list[tuple[Account, Item]], generator: np.random.Generator, latest: int
) -> Plan:
    before_end = int(generator.integers(_ROOM, latest))
    share = float(generator.uniform(0.12, 1.1))
    region = ""
    if kind == "new_service":
        fresh = [place for place in free if _is_foreign(*place)]
        fresh += [(a, AWS_BEDROCK) for a in AWS_ACCOUNTS if a.weight] + [(a, GCP_VERTEX) for a in GCP_ACCOUNTS[:4]]
        account, item = fresh[int(generator.integers(len(fresh)))]
    else:
        # Google's price does not follow a planned price
        usual = [p for p in free if not _is_foreign(*p) and (kind != "price_change" or p[0].provider != "gcp")]
        account, item = usual[int(generator.integers(len(usual)))]
    if kind == "new_region":
        others = [one for one in _REGIONS[account.provider] if one != account.region]
        region = others[int(generator.integers(len(others)))]
    days = {
        "spike": 1,
        "multi_day_spike": int(generator.integers(2, 6)),
        "planned_event": int(generator.integers(1, 4)),
        "slow_leak": int(generator.integers(20, 46)),
    }.get(kind)
    return Plan(
        name,
        kind,
        account,
        item,
        before_end,
        days,
        f"{kind.replace('_', ' ')} of {item.service} in {account.name}",
        share,
        float(generator.uniform(45, 350)),
        region,
    )


def _draw_opposite(generator: np.random.Generator, latest: int, free: list[tuple[Account, Item]]) -> list[Plan]:
    """One service in one account whose usage moves from one meter to another."""
    provider, one, two = _PAIRS[int(generator.integers(len(_PAIRS)))]
    items = [next(item for item in _ITEMS[provider] if item.meter == meter) for meter in (one, two)]
    accounts = [
        account
        for account in {"aws": AWS_ACCOUNTS, "azure": AZURE_ACCOUNTS, "gcp": GCP_ACCOUNTS}[provider]
        if account.weight
        and account.id != "fernhill-ml-staging"
        and not _is_foreign(account, items[0])
        and (provider == "azure" or any((account, items[0].code) == (a, i.code) for a, i in free))
    ]
    if not accounts:
        return []
    account = accounts[int(generator.integers(len(accounts)))]
    before_end, share = int(generator.integers(_ROOM, latest)), float(generator.uniform(0.35, 0.7))
    text = f"usage of {items[0].service} in {account.name} moved from one meter to another"
    signs = (1, -1) if generator.random() < 0.5 else (-1, 1)
    return [
        Plan(f"opposite_move-{n}", "opposite_move", account, item, before_end, None, text, share, sign=sign)
        for n, (item, sign) in enumerate(zip(items, signs, strict=True))
    ]
