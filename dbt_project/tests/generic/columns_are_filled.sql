{#- Fails for every row in which one of the columns is null: `not_null` of many columns in one scan. -#}
{% test columns_are_filled(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where
    {%- for column in columns %}
    {{ 'or ' if not loop.first }}{{ column }} is null
    {%- endfor %}
{% endtest %}
