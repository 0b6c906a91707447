{#-
    How the values of FOCUS files are read: column -> spelling -> the value that FOCUS allows, or none. The same
    readings that ingestion reports (`settings.focus_values`); nothing while dbt only parses.
-#}
{% macro focus_values() %}
    {%- set values = {} -%}
    {%- for row in read_settings('focus_values', 'column_name, written') -%}
        {%- do values.setdefault(row['column_name'], {}).update({row['written']: row['value']}) -%}
    {%- endfor -%}
    {{ return(values) }}
{% endmacro %}


{#- The values that FOCUS allows in a column. -#}
{% macro allowed_focus_values(values, column) %}
    {{ return(values.get(column, {}).values() | select('string') | unique(case_sensitive=true) | sort) }}
{% endmacro %}


{#-
    A value as FOCUS writes it. `written`: the SQL that gives it, where that is not the column itself. Most values are
    written as they should be, so that is tried first.
-#}
{% macro read_focus_value(values, column, written=none) -%}
    {%- set written = written or column -%}
    {%- set readings = values.get(column, {}) -%}
    {%- if not readings -%} {{ written }} {%- else -%}
    case
        when {{ is_one_of(written, allowed_focus_values(values, column)) }} then {{ written }}
        when {{ written }} is null then null
        else
            case {{ squeeze_focus_value(written) }}
                {%- for spelling, value in readings.items() if spelling != '*' %}
                when '{{ spelling }}' then '{{ value }}'
                {%- endfor %}
                else {{ "'" ~ readings['*'] ~ "'" if readings['*'] else 'null' }}
            end
    end
    {%- endif -%}
{%- endmacro %}


{#- Whether a text is one of a list of constants. -#}
{% macro is_one_of(text, values) -%} {{ return(adapter.dispatch('is_one_of')(text, values)) }} {%- endmacro %}

{% macro default__is_one_of(text, values) -%} {{ text }} in ({{ quote_list(values) }}) {%- endmacro %}

{#- DuckDB asks a function once per value of a dictionary, `in` once per row. -#}
{% macro duckdb__is_one_of(text, values) -%} list_contains([{{ quote_list(values) }}], {{ text }}) {%- endmacro %}


{#- A value without what spellings differ in: blanks, dashes, underscores and case. -#}
{% macro squeeze_focus_value(written) -%}
    lower(replace(replace(replace({{ written }}, ' ', ''), '-', ''), '_', ''))
{%- endmacro %}


{#-
    What each cost of a FOCUS row is, also where its export states no more than the billed one: measure -> SQL over the
    landed columns. These are the measures that the door adds up; a test compares the two.
-#}
{% macro focus_costs() %}
    {%- set contracted = 'coalesce(contracted_cost, nullif(billed_cost, 0), effective_cost, billed_cost)' -%}
    {{ return({
        'billed_cost': 'billed_cost',
        'effective_cost': 'coalesce(effective_cost, billed_cost)',
        'list_cost': 'coalesce(list_cost, greatest(' ~ contracted ~ ', billed_cost))',
        'contracted_cost': contracted,
    }) }}
{% endmacro %}
