{% set dimensions = allocation_dimensions() %}
{#- as a legacy report writes AWS's own tags, and as Athena and CUR 2.0 do -#}
{% set attributes = {
    'cluster_name': ['aws:eks:cluster-name', 'aws_eks_cluster_name', 'aws:ecs:clustername', 'aws_ecs_cluster_name'],
    'namespace': ['aws:eks:namespace', 'aws_eks_namespace'],
    'workload_type': ['aws:eks:workload-type', 'aws_eks_workload_type'],
    'workload_name': [
        'aws:eks:deployment', 'aws_eks_deployment', 'aws:eks:workload-name', 'aws_eks_workload_name',
        'aws:ecs:servicename', 'aws_ecs_service_name', 'aws:batch:job-definition', 'aws_batch_job_definition'
    ],
} %}
{% set tag_keys = allocation_keys(aws_tag_kinds()).values() | sum(start=[]) %}

with split_rows as (
    select
        source_name,
        billing_period,
        cast(coalesce(line_item_usage_start_date, bill_billing_period_start_date) as date) as charge_date,
        billing_currency,
        split_line_item_parent_resource_id as node_id,
        line_item_resource_id,
        resource_tags,
        cost_category,
        coalesce(split_line_item_net_split_cost, split_line_item_split_cost, 0) as used_cost,
        coalesce(split_line_item_net_unused_cost, split_line_item_unused_cost, 0) as unused_cost
    from {{ ref('int_aws__unioned') }}
    where split_line_item_parent_resource_id is not null
),

parsed as (
    select
        *,
        {{ parse_tags('resource_tags', attributes.values() | sum(start=tag_keys)) }},
        {{ parse_tags('cost_category', tag_keys) }}
    from split_rows
),

named as (
    select
        *,
        case when line_item_resource_id like 'arn:%:eks:%:pod/%' then split_part(line_item_resource_id, '/', 3) end
            as pod_namespace,
        case
            when line_item_resource_id like 'arn:%:eks:%:pod/%' then split_part(line_item_resource_id, '/', 2)
            -- a task's older name does not name its cluster
            when line_item_resource_id like 'arn:%:ecs:%:task/%/%' then split_part(line_item_resource_id, '/', 2)
        end as container_cluster,
        {%- for attribute, names in attributes.items() %}
        coalesce(
            {%- for name in names %}
            nullif({{ tag_text('resource_tags', name) }}, ''),
            {%- endfor %}
            null
        ) as {{ attribute }}_tag,
        {%- endfor %}
        {{ tag_columns(['resource_tags', 'cost_category'], aws_tag_kinds()) }}
    from parsed
)

select
    source_name,
    billing_period,
    charge_date,
    billing_currency,
    node_id,
    line_item_resource_id as container_id,
    coalesce(container_cluster, cluster_name_tag) as cluster_name,
    coalesce(pod_namespace, namespace_tag) as namespace,
    workload_type_tag as workload_type,
    workload_name_tag as workload_name,
    {%- for dimension in dimensions %}
    x_{{ dimension }},
    {%- endfor %}
    cast(used_cost as {{ money_type() }}) as used_cost,
    cast(unused_cost as {{ money_type() }}) as unused_cost
from named
