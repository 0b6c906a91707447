"""Capacity that is reserved, paid for and not used."""

from savings.check import BillCheck, Parameter

UNUSED_RESERVATION = BillCheck(
    name="unused_reservation",
    title="Reserved capacity that nobody uses",
    clouds=("gcp",),
    rule="Rows say that reserved capacity was unused: CapacityReservationStatus of FOCUS, or the system label "
    "is_unused_reservation of Google's detailed export.",
    why="A reservation of VMs is charged like running VMs, whether they run or not.",
    next_step="Delete the reservation or lower its count; it can be made again while there is capacity.",
    saving_basis="The effective on-demand cost of the unused rows, of 30 days.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="compensable",
    confidence="high",
    links=("https://cloud.google.com/compute/docs/instances/reservations-overview",),
    parameters=(Parameter("min_monthly_saving", 1, "Less than one unit of currency a month is not worth a look."),),
    evidence="""
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(resource_name) as resource_name,
    max(service_name) as service_name,
    sum(monthly_cost) as monthly_cost,
    sum(monthly_cost) as monthly_saving,
    string_agg(distinct usage_type, ', ') as meters,
    coalesce(resource_id, 'of ' || account_id) as billed_to
from usage_30d
where cloud = 'gcp'
    and capacity_reservation_status = 'Unused'
    and pricing_category = 'Standard'
    and monthly_cost > 0
group by source_name, cloud, account_id, region, resource_id, currency
having sum(monthly_cost) >= $min_monthly_saving
""",
    reason="Reserved capacity {billed_to} went unused for {monthly_cost} {currency} in 30 days",
)
