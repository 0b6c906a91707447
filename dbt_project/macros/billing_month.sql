{#- A billing period (first day of the month) as FOCUS bounds: the start is inclusive, the end exclusive, both UTC. -#}
{% macro month_start(billing_period) -%} cast({{ billing_period }} as timestamp) {%- endmacro %}

{% macro month_end(billing_period) -%}
    cast({{ dbt.dateadd('month', 1, billing_period) }} as timestamp)
{%- endmacro %}


{#-
    The exclusive end of a billing period from its first and last day, as an export names them; a month behind `start`
    where it names none, or an end before its start. Some name the first day behind the period for its last.
-#}
{% macro period_end(first_day, last_day, start) -%}
    case
        when {{ last_day }} >= {{ first_day }} and {{ last_day }} <> {{ month_end(start) }}
            then cast({{ dbt.dateadd('day', 1, last_day) }} as timestamp)
        else {{ month_end(start) }}
    end
{%- endmacro %}


{#- A moment that an export writes as ISO text in UTC (`2025-01-31T00:00:00.000Z`); null for any other text. -#}
{% macro timestamp_from_iso(text) -%}
    case
        when {{ text }} like '____-__-__T__:__:__%'
            then cast(substring({{ text }}, 1, 10) || ' ' || substring({{ text }}, 12, 8) as timestamp)
    end
{%- endmacro %}
