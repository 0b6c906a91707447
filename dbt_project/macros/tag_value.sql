{#-
    The lower-cased value of the first tag of a JSON object that has one of the names, null when there is none or it is
    empty. Names are matched in any case, bare or with the prefix AWS gives user-defined tags (`user:` or `user_`).
    One JSON parse per row.
-#}
{% macro tag_value(column, names) -%}
    {%- set keys = [] -%}
    {%- for name in names -%}
        {%- do keys.extend([name, 'user:' ~ name, 'user_' ~ name]) -%}
    {%- endfor -%}
    {{ return(adapter.dispatch('tag_value')(column, keys)) }}
{%- endmacro %}

{% macro duckdb__tag_value(column, keys) -%}
    nullif(list_any_value(json_extract_string(lower({{ column }}), ['
    {%- for key in keys -%} $."{{ key }}" {{- "', '" if not loop.last -}} {%- endfor -%}
    '])), '')
{%- endmacro %}

{% macro redshift__tag_value(column, keys) -%}
    coalesce(
    {%- for key in keys %}
        nullif(json_extract_path_text(lower({{ column }}), '{{ key }}', true), '') {{- ',' if not loop.last }}
    {%- endfor %}
    )
{%- endmacro %}


{#- The two tags that every mart is sliced by, as columns. Several JSON columns are asked in turn. -#}
{% macro tag_columns(json_columns) -%}
    coalesce(
    {%- for column in json_columns %} {{ tag_value(column, ['team']) }}{{ ',' if not loop.last }} {%- endfor %}, null
    ) as x_team,
    coalesce(
    {%- for column in json_columns %} {{ tag_value(column, ['environment', 'env']) }}{{ ',' if not loop.last }} {%- endfor %}, null
    ) as x_environment
{%- endmacro %}
