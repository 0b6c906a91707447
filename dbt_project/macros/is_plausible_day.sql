{#-
    Whether a day is one that can be: from 2000 (no cloud billed before) up to a number of months after today. A typing
    error dates a charge 9999-12-31 or 0001-01-01; its cost counts in every total, and no decision stands on its day.
-#}
{% macro is_plausible_day(column, months_ahead=0) -%}
    ({{ column }} >= date '2000-01-01' and {{ column }} <= {{ dbt.dateadd('month', months_ahead, run_moment()) }})
{%- endmacro %}
