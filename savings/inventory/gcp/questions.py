"""Parts of the questions that checks of Google Cloud's inventory ask: what the bill has of the resources found."""

_OF_BILL = """
with {also}
found as ({candidates}),
billed as (
    select
        source_name, account_id, region, inventory_id, billed_region, resource_id, currency,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        coalesce(sum(monthly_cost) filter (pricing_category is distinct from 'Committed'), 0) as monthly_cost,
        coalesce(sum(monthly_cost) filter (pricing_category = 'Committed'), 0) as covered_cost
        {sums}
    from {source}
    where {meters}
    group by all
)
select
    found.* exclude (account_id, region, resource_id, unjudged),
    'gcp' as cloud,
    found.account_id,
    coalesce(billed.billed_region, found.region) as region,
    coalesce(billed.resource_id, found.resource_id) as resource_id,
    billed.source_name,
    billed.billing_period,
    coalesce(billed.resource_name, regexp_extract(found.resource_id, '[^/]*$')) as resource_name,
    billed.service_name,
    billed.currency,
    billed.monthly_cost,
    billed.covered_cost,
    cast({saving} as decimal(38, 12)) as monthly_saving,
    coalesce(
        found.unjudged,
        case when billed.resource_id is null then 'the bill of the last 30 days has no such cost of it' end
    ) as unjudged
from found
left join billed
    on found.account_id = billed.account_id
    and found.region = billed.region
    and found.resource_id = billed.inventory_id
where found.unjudged is not null
    or billed.resource_id is null
    or (billed.monthly_cost > 0 and {saving} > 0)
"""


def of_bill(
    table: str,
    candidates: str,
    *,
    meters: str = "true",
    saving: str = "billed.monthly_cost",
    sums: str = "",
    also: str = "",
    source: str = "",
) -> str:
    """The whole question: ``candidates`` with what the bill has of each, a row per resource, source and currency.

    ``candidates``: a SELECT of account_id, region, resource_id, unjudged (a sentence, or null) and evidence, of
    resources of ``table``. ``meters``: a condition on the rows of ``table_billed`` (or ``source``), for the part of the
    resource that the finding is about. ``saving``: what is saved, over ``billed`` and ``found`` (the candidates).
    ``sums``: more columns of ``billed``, beginning with a comma. ``also``: CTEs that come before, each ending with one.

    What commitments cover is ``covered_cost``. A resource that the bill has nothing of is not judged; one that costs
    nothing is no finding.
    """
    return _OF_BILL.format(
        candidates=candidates, meters=meters, saving=saving, sums=sums, also=also, source=source or f"{table}_billed"
    )


def too_few_days(metric: str, what: str) -> str:
    """A sentence where a resource was measured on too few days (``$min_days``), else null; ``metric`` is joined."""
    return (
        f"case when coalesce({metric}.days, 0) < $min_days then "
        f"'{what} was measured on ' || coalesce({metric}.days, 0) || ' days, ' || $min_days || ' are needed' end"
    )


#: Cores and memory of a VM, of every family, as SKUs name them; shared cores are `Micro Instance with burstable CPU`.
COMPUTE_METERS = (
    "(regexp_matches(usage_type, '\\b(Core|Ram) running in') or usage_type like '% Instance with %CPU%') "
    "and not regexp_matches(usage_type, 'Licens|^Commitment')"
)
#: vCPUs and memory of a Cloud SQL instance, without its storage, addresses, licences and support.
DATABASE_COMPUTE_METERS = (
    "regexp_matches(usage_type, '\\b(vCPU|RAM|Micro instance|Small instance)\\b') "
    "and usage_type not ilike '%extended support%' and usage_type not ilike '%licens%'"
)

#: CTE `sizes`: vCPUs and memory of the project's VMs, by their machine type; null where the zone has no such type.
SIZES = """
sizes as (
    select
        vms.account_id, vms.region, vms.resource_id,
        coalesce(types.vcpus, try_cast(regexp_extract(vms.machine_type, 'custom-(\\d+)-\\d+', 1) as bigint)) as vcpus,
        types.memory_mb, types.is_shared, types.machine_type is not null as is_predefined
    from gcp_instances as vms
    left join gcp_machine_types as types
        on vms.account_id = types.account_id and vms.zone = types.zone and vms.machine_type = types.machine_type
),
"""


def smaller_machine(memory: str) -> str:
    """CTEs `fitting` and the ones before it: for each VM the smallest type of its series in its zone that is enough.

    ``memory``: the MiB that the VM needs, over `sizes` and ``memory``, its metric. Parameters: ``percentile``,
    ``headroom``.
    """
    return (
        SIZES
        + f"""
peaks as (
    select account_id, region, resource_id, quantile_cont(value, $percentile) as cpu_percent
    from gcp_instance_cpu_peak_samples
    group by all
),
needs as (
    select
        vms.account_id, vms.region, vms.resource_id, vms.zone, vms.machine_type, sizes.vcpus, sizes.memory_mb,
        peaks.cpu_percent,
        split_part(vms.machine_type, '-', 1) as series,
        sizes.vcpus * peaks.cpu_percent / 100 * (1 + $headroom) as needed_vcpus,
        {memory} as needed_mb
    from gcp_instances as vms
    inner join sizes using (account_id, region, resource_id)
    inner join peaks using (account_id, region, resource_id)
    {"left join gcp_instance_memory as memory using (account_id, region, resource_id)" if "memory." in memory else ""}
    where regexp_matches(vms.machine_type, '^[a-z0-9]+-(standard|highmem|highcpu)-[0-9]+$') and not sizes.is_shared
),
fitting as (
    select
        needs.account_id, needs.region, needs.resource_id, types.machine_type as target_type,
        types.vcpus as target_vcpus, types.memory_mb as target_mb
    from needs
    inner join gcp_machine_types as types
        on needs.account_id = types.account_id
        and needs.zone = types.zone
        and needs.series = split_part(types.machine_type, '-', 1)
        and regexp_matches(types.machine_type, '^[a-z0-9]+-(standard|highmem|highcpu)-[0-9]+$')
        and not types.is_shared and not types.is_deprecated
        and types.vcpus < needs.vcpus and types.vcpus >= needs.needed_vcpus
        and types.memory_mb <= needs.memory_mb and types.memory_mb >= needs.needed_mb
    qualify row_number() over (
        partition by needs.account_id, needs.region, needs.resource_id order by types.vcpus, types.memory_mb
    ) = 1
),
"""
    )


#: What is saved by `smaller_machine`, of the cost of cores and memory each.
SMALLER_SAVING = (
    "(share(billed.core_cost, 1 - found.target_vcpus / cast(found.vcpus as double)) "
    "+ share(billed.ram_cost, 1 - found.target_mb / cast(found.memory_mb as double)))"
)
SMALLER_SUMS = """,
        coalesce(sum(monthly_cost) filter (
            pricing_category is distinct from 'Committed' and usage_type like '%Core%'), 0)
            as core_cost,
        coalesce(sum(monthly_cost) filter (
            pricing_category is distinct from 'Committed' and usage_type like '%Ram%'), 0)
            as ram_cost"""
