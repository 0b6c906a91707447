{#- The dimensions that cost is allocated by; a line's own tags give each a column `x_<dimension>`. -#}
{% macro allocation_dimensions() %}
    {{ return(['team', 'environment', 'product', 'cost_center']) }}
{% endmacro %}


{#-
    A column `x_<dimension>` per dimension: the lower-cased value of the first of its tags that is there and not empty.
    Several JSON columns are asked in turn. The names of the tags are a setting; they are matched in any case, bare or
    with the prefix AWS gives user-defined tags (`user:` or `user_`). `kinds`: prefixes of further tags, asked when a
    resource's own have no value. One JSON parse per row and column.
-#}
{% macro tag_columns(json_columns, kinds=[]) -%}
    {%- set names = {} -%}
    {%- for prefixes in [['', 'user:', 'user_']] + (kinds | map('lower') | batch(1) | list) -%}
    {%- for row in read_settings('allocation_tag_keys', 'dimension, rank') -%}
        {%- set keys = names.setdefault(row['dimension'], []) -%}
        {%- for prefix in prefixes -%} {%- do keys.append(prefix ~ row['tag_key']) -%} {%- endfor -%}
    {%- endfor -%}
    {%- endfor -%}
    {%- set all_keys = names.values() | sum(start=[]) | unique(case_sensitive=true) | list -%}
    {%- for dimension in allocation_dimensions() %}
    coalesce(
        {%- for column in json_columns %}
        {%- for key in names.get(dimension, []) %}
        nullif({{ json_text(column, key, all_keys) }}, ''),
        {%- endfor %}
        {%- endfor %}
        null
    ) as x_{{ dimension }} {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- What CUR 2.0 puts before the keys of tags that are not the resource's own, the nearest to it first. -#}
{% macro aws_tag_kinds() %}
    {{ return(['iamPrincipal/', 'userAttribute/', 'costCategory/', 'accountTag/']) }}
{% endmacro %}


{#- The text of one key of a JSON object in lower case. `keys`: all that are asked of it in this query. -#}
{% macro json_text(column, key, keys) -%} {{ return(adapter.dispatch('json_text')(column, key, keys)) }} {%- endmacro %}

{#- DuckDB takes out all keys at once: the same expression is worked out once per row. -#}
{% macro duckdb__json_text(column, key, keys) -%}
    json_transform(lower({{ column }}), '{
    {%- for name in keys -%} "{{ name }}":"VARCHAR" {{- ',' if not loop.last -}} {%- endfor -%}
    }')['{{ key }}']
{%- endmacro %}

{% macro redshift__json_text(column, key, keys) -%}
    json_extract_path_text(lower({{ column }}), '{{ key }}', true)
{%- endmacro %}
