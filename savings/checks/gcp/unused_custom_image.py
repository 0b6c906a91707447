"""Custom images that nothing was made of."""

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import of_bill

UNUSED_CUSTOM_IMAGE = InventoryCheck(
    name="unused_custom_image",
    title="Custom images that nothing is made of",
    clouds=("gcp",),
    rule="An image of the project is older than 90 days, no disk of the project was made of it, no instance template "
    "names it or its family, and it is not the newest of its family. Left out: images with a protecting label.",
    why="Images pile up with every build, and each is stored whole.",
    next_step="Ask whether other projects use it, which this one does not show, then deprecate and later delete it.",
    saving_basis="The effective cost of the image, of 30 days.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="one_way",
    confidence="medium",
    links=("https://cloud.google.com/compute/docs/images/image-management-best-practices",),
    tables=("gcp_images",),
    parameters=(
        Parameter("min_days", 90, "Google's recommender waits for 15; one may go back to last quarter's build."),
    ),
    evidence=of_bill(
        "gcp_images",
        """
        select
            account_id, region, resource_id, family,
            date_diff('day', cast(created_at as date), looked_at.last_day) as age_days,
            round(size_bytes / 1024.0 ** 3, 2) as size_gib,
            case
                when is_used is null then 'not all disks and templates that may use it could be read'
                when status <> 'READY' then 'its state is ' || status
            end as unjudged
        from (
            select
                *,
                family is not null
                and created_at = max(created_at) over (partition by account_id, family) as is_newest
            from gcp_images
        ) as images
        cross join looked_at
        where not is_protected and not is_newest and age_days >= $min_days and is_used is distinct from true
        """,
    ),
    reason="{resource_name} is {age_days} days old, nothing in the project is made of it, and it costs {monthly_cost} "
    "{currency} in 30 days",
)
