"""The estate of a company: what its clouds' APIs would list and measure of what is on its bill.

Two files are written beside the exports. ``inventory.json`` holds ``as_of`` (the last billed day), ``metric_days``,
``unreadable`` (scopes of which nothing can be read: cloud, account, region, where "" is all regions, and the error that
the cloud answers with) and ``resources``, one object each:

    cloud, account, region, resource_id   as the bill writes them; what is not billed itself (a stopped machine, an
                                          image or scaling group of AWS) has an id of the same form
    name, tags                            the tags of the bill, and those that only the cloud itself writes
    kind         machine disk snapshot image template address balancer gateway nat database cache function log bucket
                 group plan
    type         the cloud's own name of the type: AWS CloudFormation's, Azure's provider/type, Google's asset type
    state        running; stopped (no compute is billed); allocated (Azure: stopped and billed all the same); attached,
                 detached, blank (never attached), reserved, exported for disks and addresses; ready for all others
    created      a day; before the bill's first day where the resource is as old as the bill
    sku, size    the cloud's word (m7g.large, Standard_D4s_v5, n2-standard-4, gp3, Premium_LRS P30); processors of a
                 machine, members of a group, workers of a plan, MB of a function, else gigabytes; 0 where unknown
    owner        the id of what made it and would make it again, "" for most
    links        ids by role: attached_to, source, images, snapshots, used_by, targets, routes, members, sites, image
    properties   what the API answers with, under its own field names (native/ says which call)

``metrics.parquet`` has one row a series:

    cloud, account, region, resource_id   as in the inventory
    namespace    CloudWatch's namespace, else ""
    metric       CPUUtilization, Percentage CPU, compute.googleapis.com/instance/cpu/utilization, ... (`metrics`)
    statistic    of each hour: Average, Maximum; Sum (AWS), Total (Azure), Delta (Google) of what is counted
    unit         as the cloud names it; utilisation of Google Cloud is a share of one, all other a percentage
    start        the first hour, UTC; the same for all series: midnight 30 days before ``as_of``
    step_seconds 3600
    values       list of doubles, one an hour up to the end of ``as_of``; null where nothing was measured: before the
                 resource was there, while it was off, in gaps of an hour and, for one in five, of half a night

A resource without a row is not measured. ``truth.json`` has, beside what the bill tells, ``inventory_waste``,
``inventory_decoys`` and ``inventory_tolerated`` in the same form (``billed_on``: ids that the cost is billed under,
where not under the resource's own), ``inventory_kinds`` (and the row of the table of checks that each follows, "" where
none does), ``unreadable``, ``protection`` (the tag that says that nobody may touch what has it) and
``plan_with_inventory``: the most that the bill's and the estate's findings save together.
"""
