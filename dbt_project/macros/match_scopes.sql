{#- The columns of cost that a scope can name, and one text that distinguishes their combinations. -#}
{% macro scope_columns() %}
    {{ return([
        'source_name', 'service_provider_name', 'billing_account_id', 'sub_account_id', 'sub_account_name',
        'service_name', 'service_category', 'region_id', 'x_team', 'x_environment'
    ]) }}
{% endmacro %}

{% macro scope_key() -%} {{ combination_key(scope_columns()) }} {%- endmacro %}


{#-
    A text that two rows share only where they agree in every one of these text columns, whatever characters stand in
    them: each value with its length before it, and a dash for NULL, which is another value than the empty text.
-#}
{% macro combination_key(columns) -%}
    {%- for column in columns %}
    coalesce(cast(length({{ column }}) as varchar(20)) || ':' || {{ column }}, '-') {{- ' ||' if not loop.last -}}
    {%- endfor %}
{%- endmacro %}


{#-
    Whether a scope's test passes, as a condition: of `matches`, whether the value matches the pattern, and `is_negated`,
    both SQL. What has no value matches no pattern.
-#}
{% macro passes_test(matches, is_negated) -%}
    case when {{ matches }} then not {{ is_negated }} else {{ is_negated }} end
{%- endmacro %}


{#- Whether the value that a row of settings.scope_tests (`tests`) is about matches its pattern. -#}
{% macro matches_pattern(tests, combinations) -%}
    case {{ tests }}.field
        {%- for field, names in scope_fields().items() if names[0] in scope_columns() %}
        when '{{ field }}'
            then
                {%- for column in names %}
                {{ 'or ' if not loop.first }}lower({{ combinations }}.{{ column }}) like {{ tests }}.pattern escape '!'
                {%- endfor %}
        {%- endfor %}
    end
{%- endmacro %}


{#-
    Query: which combinations of cost (relation `combinations`: scope_columns() and scope_key) are in the scope of which
    owner (relation `owners`, column `name`; `used_by` is what they are in settings.scope_tests). Of each clause of a
    scope one test must pass; a scope without clauses has everything.
-#}
{% macro match_scopes(combinations, owners, name, used_by) -%}
    select
        owners.{{ name }},
        combinations.scope_key
    from {{ combinations }} as combinations
    cross join (
        select
            owners.{{ name }},
            count(distinct tests.clause) as clause_count
        from {{ owners }} as owners
        left join {{ source('settings', 'scope_tests') }} as tests
            on owners.{{ name }} = tests.owner and tests.used_by = '{{ used_by }}'
        group by owners.{{ name }}
    ) as owners
    left join {{ source('settings', 'scope_tests') }} as tests
        on
            owners.{{ name }} = tests.owner
            and tests.used_by = '{{ used_by }}'
            and {{ passes_test(matches_pattern('tests', 'combinations'), 'tests.is_negated') }}
    group by owners.{{ name }}, combinations.scope_key
    having count(distinct tests.clause) = max(owners.clause_count)
{%- endmacro %}


{#-
    A scope as one condition on the columns of a row, for what is looked at row by row. `tests`: its rows of
    settings.scope_tests. Of an account the id counts. `prefix`: what stands before the name of a dimension's column.
-#}
{% macro scope_condition(tests, prefix) -%}
    {%- set clauses = {} -%}
    {%- for test in tests -%} {%- do clauses.setdefault(test['clause'], []).append(test) -%} {%- endfor -%}
    {%- for alternatives in clauses.values() -%}
        {{ ' and ' if not loop.first }}(
        {%- for test in alternatives -%}
            {%- set field = test['field'] -%}
            {%- set column = prefix ~ field if field in allocation_dimensions() else scope_fields()[field][0] -%}
            {#- without an escape engines compare a fixed pattern faster -#}
            {%- set pattern = "'" ~ test['pattern'] | replace("'", "''") ~ "'" -%}
            {%- set pattern = pattern ~ " escape '!'" if '!' in pattern else pattern -%}
            {%- set matches = 'lower(' ~ column ~ ') like ' ~ pattern -%}
            {{ ' or ' if not loop.first }} {{- passes_test(matches, 'true') if test['is_negated'] else matches }}
        {%- endfor -%}
        )
    {%- endfor -%}
{%- endmacro %}
