{#- The settings tables that allocation depends on, for the `meta` of a model. -#}
{% macro allocation_settings() %}
    {{ return([
        'allocation_tag_keys', 'allocation_sources', 'allocation_aliases', 'allocation_accounts', 'allocation_rules',
        'allocation_splits', 'allocation_targets'
    ]) }}
{% endmacro %}


{#- The cost measures that allocation moves. -#}
{% macro cost_measures() %}
    {{ return(['billed_cost', 'effective_cost', 'list_cost', 'contracted_cost']) }}
{% endmacro %}


{#-
    Where each dimension's value comes from, in order of precedence: dimension -> rows of settings.allocation_sources.
-#}
{% macro allocation_sources() %}
    {%- set sources = {} -%}
    {%- for dimension in allocation_dimensions() -%} {%- do sources.update({dimension: []}) -%} {%- endfor -%}
    {%- for row in read_settings('allocation_sources', 'dimension, rank') -%}
        {%- do sources[row['dimension']].append(row) -%}
    {%- endfor -%}
    {{ return(sources) }}
{% endmacro %}


{#- The value of a dimension: the first of its sources that has one, and last its default. -#}
{% macro allocated_value(dimension, sources) -%}
    coalesce(
    {%- for row in sources %}
        {{
            "'" ~ row['default_value'] | replace("'", "''") ~ "'" if row['basis'] == 'default'
            else row['basis'] ~ '_' ~ dimension
        }},
    {%- endfor %} 'unallocated')
{%- endmacro %}


{#- Where the value of a dimension comes from: tag, rule, account or default. -#}
{% macro allocated_basis(dimension, sources) -%}
    case
    {%- for row in sources if row['basis'] != 'default' %}
        when {{ row['basis'] }}_{{ dimension }} is not null then '{{ row['basis'] }}'
    {%- endfor %}
        when 1 = 0 then ''
        else 'default'
    end
{%- endmacro %}


{#- The virtual tag of a dimension: the value of the first rule of which every test holds. -#}
{% macro rule_value(dimension, rules) -%}
    case
    {%- for name, rows in group_rules(rules, 'dimension', dimension).items() %}
        when {{ scope_condition(rows, 'tag_') }} then '{{ rows[0]['value'] | replace("'", "''") }}'
    {%- endfor %}
        when 1 = 0 then ''
    end
{%- endmacro %}


{#- The name of the first split along a dimension that a charge is in the scope of. -#}
{% macro split_name(dimension, splits) -%}
    case
    {%- for name, rows in group_rules(splits, 'dimension', dimension).items() %}
        when {{ scope_condition(rows, '') }} then '{{ name }}'
    {%- endfor %}
        when 1 = 0 then ''
    end
{%- endmacro %}


{#- Rows of a dimension by the name of their rule, in the order in which they come. -#}
{% macro group_rules(rows, column, value) %}
    {%- set grouped = {} -%}
    {%- for row in rows if row[column] == value -%}
        {%- do grouped.setdefault(row['rule_name'], []).append(row) -%}
    {%- endfor -%}
    {{ return(grouped) }}
{% endmacro %}


{#-
    The tests of a scope as one condition: every field must meet its test, one of several where it has an `in`. Text is
    compared in lower case; of an account the id counts. `prefix`: what stands before the name of a dimension's column.
-#}
{% macro scope_condition(tests, prefix) -%}
    {%- set fields = {} -%}
    {%- for test in tests -%} {%- do fields.setdefault(test['field'], []).append(test) -%} {%- endfor -%}
    {%- for field, alternatives in fields.items() -%}
        {%- set name = prefix ~ field if field in allocation_dimensions() else scope_fields()[field][0] -%}
        {%- set column = 'lower(' ~ name ~ ')' -%}
        {{ ' and ' if not loop.first }}(
        {%- for test in alternatives -%}
            {%- set text = "'" ~ test['test_value'] | replace("'", "''") ~ "'" -%}
            {{ ' or ' if not loop.first }}
            {%- if test['operator'] == 'prefix' -%} left({{ column }}, {{ test['test_value'] | length }}) = {{ text }}
            {%- elif test['operator'] == 'contains' -%} position({{ text }} in {{ column }}) > 0
            {%- else -%} {{ column }} = {{ text }}
            {%- endif -%}
        {%- endfor -%}
        )
    {%- endfor -%}
{%- endmacro %}
