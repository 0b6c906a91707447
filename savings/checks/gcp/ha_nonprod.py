"""Highly available Cloud SQL in non-production."""

from savings.check import BillCheck, Parameter

HA_NONPROD = BillCheck(
    name="ha_nonprod",
    title="Highly available databases of non-production",
    clouds=("gcp",),
    rule="A Cloud SQL instance of a development, test or staging environment is billed by regional meters: it has a "
    "standby in another zone.",
    why="The standby doubles the cost of vCPUs, memory and storage, and protects what may well be down for an hour.",
    next_step="Set the availability of the instance to zonal; it restarts. It can be set back at any time.",
    saving_basis="Half of the effective cost of its regional meters; zonal ones are half the price. Extended support "
    "is not counted.",
    lever="setting",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="high",
    links=("https://cloud.google.com/sql/docs/postgres/high-availability",),
    parameters=(
        Parameter(
            "environments",
            "(?i)^(dev|development|test|testing|tst|qa|uat|stage|staging|stg|sandbox|sbx|non-?prod|demo)([-_ /].*)?$",
            "Names of environments that are not production, as tags and projects use them.",
        ),
    ),
    evidence="""
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(resource_name) as resource_name,
    max(service_name) as service_name,
    max(environment) as environment,
    sum(case when pricing_category = 'Standard' then monthly_cost else 0 end) as monthly_cost,
    share(sum(case when pricing_category = 'Standard' then monthly_cost else 0 end), 0.5) as monthly_saving,
    sum(case when pricing_category = 'Committed' then monthly_cost else 0 end) as covered_cost
from usage_30d
where cloud = 'gcp'
    and resource_id is not null
    and usage_type like 'Cloud SQL for %: Regional - %'
    and usage_type not ilike '%Extended support%'
    and regexp_matches(environment, $environments)
    and monthly_cost > 0
group by source_name, cloud, account_id, region, resource_id, currency
having sum(case when pricing_category = 'Standard' then monthly_cost else 0 end) > 0
""",
    reason="{resource_id} ({environment}) has a standby in another zone, which is {monthly_saving} of {monthly_cost} "
    "{currency} in 30 days",
)
