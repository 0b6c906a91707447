{#- The dimensions that cost is allocated by; a line's own tags give each a column `x_<dimension>`. -#}
{% macro allocation_dimensions() %}
    {{ return(['team', 'environment', 'product', 'cost_center']) }}
{% endmacro %}


{#- What CUR 2.0 puts before the keys of tags that are not the resource's own, the nearest to it first. -#}
{% macro aws_tag_kinds() %}
    {{ return(['iamPrincipal/', 'userAttribute/', 'costCategory/', 'accountTag/']) }}
{% endmacro %}


{#-
    Dimension -> the keys of tags that may have its value, the first before the others. They are a setting; each may
    come bare or with the prefix AWS gives user-defined tags (`user:` or `user_`). `kinds`: prefixes of further tags,
    read when a resource's own have no value.
-#}
{% macro allocation_keys(kinds) %}
    {%- set keys, rows = {}, read_settings('allocation_tag_keys', 'dimension, rank') -%}
    {%- for prefixes in [['', 'user:', 'user_']] + (kinds | map('lower') | batch(1) | list) -%}
    {%- for row in rows -%}
        {%- for prefix in prefixes -%}
            {%- do keys.setdefault(row['dimension'], []).append(prefix ~ row['tag_key']) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- endfor -%}
    {{ return(keys) }}
{% endmacro %}


{#- The columns that `tag_columns` reads, to be selected before it. `json_columns`: as in `tag_columns`. -#}
{% macro parsed_tags(json_columns, kinds=[]) -%}
    {%- for column in json_columns %}
    {{ parse_tags(column, allocation_keys(kinds).values() | sum(start=[])) }} {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#-
    A column `x_<dimension>` per dimension: the lower-cased value of the first of its tags that is there and not empty.
    Several JSON columns are read in turn; a key is found in any case.
-#}
{% macro tag_columns(json_columns, kinds=[]) -%}
    {%- set keys = allocation_keys(kinds) -%}
    {%- for dimension in allocation_dimensions() %}
    coalesce(
        {%- for column in json_columns %}
        {%- for key in keys.get(dimension, []) %}
        nullif({{ tag_text(column, key) }}, ''),
        {%- endfor %}
        {%- endfor %}
        null
    ) as x_{{ dimension }} {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#-
    The columns from which `tag_text` gives some keys of a JSON object, taken apart once per row. `keys`: in lower case,
    all that are read.
-#}
{% macro parse_tags(column, keys) -%} {{ return(adapter.dispatch('parse_tags')(column, keys)) }} {%- endmacro %}

{#- Few texts have a key with a slash, as the prefixes of AWS have: the others are not searched for them. -#}
{% macro duckdb__parse_tags(column, keys) -%}
    {%- set bare, slashed = {}, {} -%}
    {%- for key in keys -%} {%- do (slashed if '/' in key else bare).update({key: 'VARCHAR'}) -%} {%- endfor -%}
    {% if bare -%}
    case when {{ column }} is not null then json_transform(lower({{ column }}), '{{ tojson(bare) }}') end
    {%- else -%} cast(null as varchar) {%- endif %} as parsed_{{ column }}
    {%- if slashed %},
    case when contains({{ column }}, '/') then json_transform(lower({{ column }}), '{{ tojson(slashed) }}') end
        as parsed_slashed_{{ column }}
    {%- endif %}
{%- endmacro %}

{% macro redshift__parse_tags(column, keys) -%} lower({{ column }}) as parsed_{{ column }} {%- endmacro %}


{#- The text of one key of a JSON object that `parse_tags` took apart, in lower case. -#}
{% macro tag_text(column, key) -%} {{ return(adapter.dispatch('tag_text')(column, key)) }} {%- endmacro %}

{% macro duckdb__tag_text(column, key) -%}
    {{ 'parsed_slashed_' if '/' in key else 'parsed_' }}{{ column }}['{{ key }}']
{%- endmacro %}

{% macro redshift__tag_text(column, key) -%}
    json_extract_path_text(parsed_{{ column }}, '{{ key }}', true)
{%- endmacro %}
