"""App Service plans without an app."""

from savings.check import InventoryCheck
from savings.inventory.azure.costs import FREE, MIN_DAYS, with_costs

APP_SERVICE_PLAN_EMPTY = InventoryCheck(
    name="app_service_plan_empty",
    title="App Service plans without an app",
    clouds=("azure",),
    rule="A plan has no app, its tier is neither free nor shared nor billed by use, and it has been billed for a week. "
    "Protected ones are left out.",
    why="A plan is billed for its workers, not for the apps on them.",
    next_step="Delete the plan, or scale it down to the free tier.",
    saving_basis="Its effective cost.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="compensable",
    confidence="high",
    links=("https://learn.microsoft.com/azure/app-service/overview-hosting-plans",),
    parameters=(MIN_DAYS,),
    tables=("azure_app_service_plans",),
    evidence=f"""
with found as (
    select
        account_id, region, resource_id, tier, size, workers,
        case when apps is null then 'how many apps it has is not known' end as unjudged
    from azure_app_service_plans
    where {FREE} and coalesce(apps, 0) = 0
        and lower(coalesce(tier, '')) not in ('free', 'shared', 'dynamic', 'flexconsumption')
){with_costs("azure_app_service_plans", says_unbilled=False)}""",
    reason="{resource_id} ({size}, {workers} workers) has no app; it costs {monthly_cost} {currency} in 30 days",
)
