{#- A billing period (first day of the month) as FOCUS bounds: the start is inclusive, the end exclusive, both UTC. -#}
{% macro month_start(billing_period) -%} cast({{ billing_period }} as timestamp) {%- endmacro %}

{% macro month_end(billing_period) -%}
    cast({{ dbt.dateadd('month', 1, billing_period) }} as timestamp)
{%- endmacro %}


{#- A moment that an export writes as ISO text in UTC (`2025-01-31T00:00:00.000Z`); null for any other text. -#}
{% macro timestamp_from_iso(text) -%}
    case
        when {{ text }} like '____-__-__T__:__:__%'
            then cast(substring({{ text }}, 1, 10) || ' ' || substring({{ text }}, 12, 8) as timestamp)
    end
{%- endmacro %}
