{#- A billing period (first day of the month) as FOCUS bounds: the start is inclusive, the end exclusive, both UTC. -#}
{% macro month_start(billing_period) -%} cast({{ billing_period }} as timestamp) {%- endmacro %}

{% macro month_end(billing_period) -%}
    cast({{ dbt.dateadd('month', 1, billing_period) }} as timestamp)
{%- endmacro %}
