"""Caches that nobody connects to."""

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import of_bill, too_few_days

IDLE_MEMORYSTORE = InventoryCheck(
    name="idle_memorystore",
    title="Redis instances that nobody connects to",
    clouds=("gcp",),
    rule="A Memorystore for Redis instance had no connected client in any hour of the look-back window. Left out: "
    "instances younger than the window, and those with a protecting label.",
    why="A cache is paid for by the GiB and hour, whether anybody asks it or not.",
    next_step="Export what is in it, if anything, and delete it; a new one has another address.",
    saving_basis="Everything that the bill has of it in 30 days.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="restorable",
    confidence="medium",
    links=("https://cloud.google.com/memorystore/docs/redis/supported-monitoring-metrics",),
    tables=("gcp_caches",),
    metrics=("gcp_cache_clients",),
    parameters=(
        Parameter("max_clients", 0, "One client may be the application's pool, however quiet."),
        Parameter("min_days", 10, "Of the 14 that are looked at; fewer may be a holiday."),
    ),
    evidence=of_bill(
        "gcp_caches",
        f"""
        select
            caches.account_id, caches.region, caches.resource_id, caches.tier, caches.memory_gb,
            clients.days as measured_days,
            {too_few_days("clients", "who connects to it")} as unjudged
        from gcp_caches as caches
        left join gcp_cache_clients as clients using (account_id, region, resource_id)
        where caches.state = 'READY' and not caches.is_protected
            and caches.created_at < (select first_day from looked_at)
            and (unjudged is not null or clients.maximum <= $max_clients)
        """,
    ),
    reason="{resource_name} ({memory_gb} GiB, {tier}) had no client on {measured_days} days and costs {monthly_cost} "
    "{currency} in 30 days",
)
