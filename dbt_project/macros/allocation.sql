{#-
    The settings tables that allocation depends on, for the `meta` of a model. Not scope_tests, which changes with every
    budget: rules and splits have digests of their scopes.
-#}
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


{#- The virtual tag of a dimension: the value of the first rule whose scope a charge is in. -#}
{% macro rule_value(dimension, rules, tests) -%}
    case
    {%- for rule in rules if rule['dimension'] == dimension %}
        when {{ scope_condition(tests['rule', dimension ~ '.' ~ rule['rule_name']], 'tag_') }} then '
            {{- rule['value'] | replace("'", "''") }}'
    {%- endfor %}
        when 1 = 0 then ''
    end
{%- endmacro %}


{#- The name of the first split along a dimension that a charge is in the scope of. -#}
{% macro split_name(dimension, splits, tests) -%}
    case
    {%- for split in splits if split['dimension'] == dimension %}
        when {{ scope_condition(tests['split', split['rule_name']], '') }} then '{{ split['rule_name'] }}'
    {%- endfor %}
        when 1 = 0 then ''
    end
{%- endmacro %}


{#- The rows of settings.scope_tests by (used_by, owner). -#}
{% macro read_scope_tests() %}
    {%- set grouped = {} -%}
    {%- for row in read_settings('scope_tests', 'used_by, owner, clause, field, pattern, is_negated') -%}
        {%- do grouped.setdefault((row['used_by'], row['owner']), []).append(row) -%}
    {%- endfor -%}
    {{ return(grouped) }}
{% endmacro %}
