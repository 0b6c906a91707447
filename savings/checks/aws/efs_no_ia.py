"""File systems that keep everything at the price of what is read every day."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

EFS_NO_IA = BillCheck(
    name="efs_no_ia",
    title="EFS file systems without an infrequent access tier",
    clouds=("aws",),
    rule="A file system of EFS stores in its Standard class for at least 10 in 30 days, and nothing in Infrequent "
    "Access or Archive.",
    why="A GB in Infrequent Access costs about a twelfth of one in Standard; most files are not read again.",
    next_step="Give the file system a lifecycle policy that moves files not read for 30 days.",
    saving_basis="Not known: the bill does not say how much of it is read. monthly_cost is its Standard storage.",
    lever="setting",
    component="storage",
    effort="low",
    risk_class="reversible",
    confidence="low",
    links=("https://docs.aws.amazon.com/efs/latest/ug/lifecycle-management-efs.html",),
    parameters=(Parameter("min_monthly_cost", Decimal(10), "Below, reading files back may cost what is saved."),),
    evidence=r"""
with file_systems as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(case when regexp_matches(usage_type, '(^|-)TimedStorage-(Z-)?ByteHrs$') then monthly_cost else 0 end)
            as monthly_cost,
        sum(case when regexp_matches(usage_type, '(^|-)TimedStorage-(Z-)?ByteHrs$') then stored else 0 end)
            as stored_gb,
        sum(case when regexp_matches(usage_type, 'IATimedStorage|ArchiveTimedStorage') then abs(quantity) else 0 end)
            as tiered_gb
    from usage_30d
    where cloud = 'aws'
        and resource_id is not null
        and (service_code = 'AmazonEFS' or service_name ilike '%Elastic File System%')
    group by all
)
select
    * exclude (tiered_gb),
    cast(null as decimal(38, 12)) as monthly_saving
from file_systems
where tiered_gb = 0 and monthly_cost >= $min_monthly_cost
""",
    reason="{resource_id} keeps all of its {stored_gb} GB in the Standard class, for {monthly_cost} {currency} in 30 "
    "days",
)
