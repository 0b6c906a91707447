{#- The type of a line item; `Split` for what split cost allocation data adds below a node. -#}
{% macro aws_line_item_type() -%}
    case
        when
            split_line_item_parent_resource_id is not null
            or line_item_operation in ('EKSPod-EC2', 'ECSTask-EC2')
            then 'Split'
        else coalesce(line_item_line_item_type, '')
    end
{%- endmacro %}


{#-
    What usage costs at public prices. Where it has none (a marketplace), what it costs before the discounts of a
    contract, or its part of a reservation; and never less than what was charged.
-#}
{% macro aws_public_cost() -%}
    {%- set charged = 'coalesce(line_item_net_unblended_cost, line_item_unblended_cost, 0)' -%}
    {%- set public -%}
        case
            when coalesce(pricing_public_on_demand_cost, 0) <> 0 then pricing_public_on_demand_cost
            when line_item_type = 'DiscountedUsage'
                then greatest(
                    coalesce(line_item_unblended_cost, 0),
                    coalesce(reservation_effective_cost, reservation_net_effective_cost, 0)
                )
            else coalesce(line_item_unblended_cost, line_item_net_unblended_cost, 0)
        end
    {%- endset -%}
    case
        when line_item_type <> 'SavingsPlanCoveredUsage' and {{ charged }} > 0
            then greatest({{ public }}, {{ charged }})
        else {{ public }}
    end
{%- endmacro %}


{#- The AWS region that a name begins with: that of a zone, a local zone or a wavelength zone. -#}
{% macro leading_region(column) -%} {{ return(adapter.dispatch('leading_region')(column)) }} {%- endmacro %}

{% macro duckdb__leading_region(column) -%}
    nullif(regexp_extract({{ column }}, '^[a-z]+(-[a-z]+)+-[0-9]+'), '')
{%- endmacro %}

{% macro redshift__leading_region(column) -%}
    nullif(regexp_substr({{ column }}, '^[a-z]+(-[a-z]+)+-[0-9]+'), '')
{%- endmacro %}


{#-
    What of a reservation's month went unused, upfront share and recurring fee; the net figures where AWS gives them.
-#}
{% macro aws_unused_reservation(prefix='') -%}
    (
        coalesce(
            {{ prefix }}reservation_net_unused_amortized_upfront_fee_for_billing_period,
            {{ prefix }}reservation_unused_amortized_upfront_fee_for_billing_period,
            0
        )
        + coalesce({{ prefix }}reservation_net_unused_recurring_fee, {{ prefix }}reservation_unused_recurring_fee, 0)
    )
{%- endmacro %}


{#-
    What of a savings plan's hour or day went unused. AWS states commitment and use before discounts only; where it
    states the net commitment, the unused part is the same share of that.
-#}
{% macro aws_unused_plan(prefix='') -%}
    {%- set total = 'coalesce(' ~ prefix ~ 'savings_plan_total_commitment_to_date, 0)' -%}
    {%- set unused = total ~ ' - coalesce(' ~ prefix ~ 'savings_plan_used_commitment, 0)' -%}
    {%- set upfront = prefix ~ 'savings_plan_net_amortized_upfront_commitment_for_billing_period' -%}
    {%- set recurring = prefix ~ 'savings_plan_net_recurring_commitment_for_billing_period' -%}
    {%- set net = 'coalesce(' ~ upfront ~ ', 0) + coalesce(' ~ recurring ~ ', 0)' -%}
    {#- in billionths, so that two engines round it alike -#}
    {%- set share = 'cast(cast(' ~ unused ~ ' as double precision) / cast(' ~ total ~ ' as double precision)'
        ~ ' as numeric(18, 9))' -%}
    case
        when
            {{ total }} <> 0
            and coalesce({{ prefix }}savings_plan_used_commitment, 0) between 0 and {{ total }}
            and ({{ upfront }} is not null or {{ recurring }} is not null)
            then
                cast(cast(trunc({{ net }}) as numeric(19, 0)) * {{ share }} as {{ money_type() }})
                + cast(cast(({{ net }}) - trunc({{ net }}) as numeric(12, 12)) * {{ share }} as {{ money_type() }})
        else {{ unused }}
    end
{%- endmacro %}
