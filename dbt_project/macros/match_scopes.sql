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
    Query: which combinations of cost (relation `combinations`: scope_columns() and scope_key) are in the scope of which
    owner (relation `owners`: `name`, dimension_count; relation `scopes`: `name`, dimension, pattern). Of each dimension
    that a scope names one pattern must match; a scope without dimensions has everything.
-#}
{% macro match_scopes(combinations, owners, scopes, name) -%}
    select
        owners.{{ name }},
        combinations.scope_key
    from {{ combinations }} as combinations
    cross join {{ owners }} as owners
    left join {{ scopes }} as scopes
        on
            owners.{{ name }} = scopes.{{ name }}
            and (
                {%- for dimension, names in scope_fields().items() if names[0] in scope_columns() %}
                {{ 'or ' if not loop.first }}(
                    scopes.dimension = '{{ dimension }}'
                    and (
                        {%- for column in names %}
                        {{ 'or ' if not loop.first }}lower(combinations.{{ column }}) like scopes.pattern escape '!'
                        {%- endfor %}
                    )
                )
                {%- endfor %}
            )
    group by owners.{{ name }}, combinations.scope_key
    having count(distinct scopes.dimension) = max(owners.dimension_count)
{%- endmacro %}
