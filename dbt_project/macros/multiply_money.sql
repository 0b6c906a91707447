{#-
    The exact product of two numeric(38, 12), rounded once to 12 places. Neither DuckDB nor Redshift can hold such a
    product (24 decimal places leave 14 digits before the point), so whole and fractional parts are multiplied apart;
    only fraction x fraction has more than 12 places.
-#}
{% macro multiply_money(a, b) -%}
    {%- set a_whole, a_part =
        'cast(trunc(' ~ a ~ ') as numeric(19, 0))',
        'cast((' ~ a ~ ') - trunc(' ~ a ~ ') as numeric(12, 12))' -%}
    {%- set b_whole, b_part =
        'cast(trunc(' ~ b ~ ') as numeric(19, 0))',
        'cast((' ~ b ~ ') - trunc(' ~ b ~ ') as numeric(12, 12))' -%}
    (
        cast({{ a_whole }} * {{ b_whole }} as {{ money_type() }})
        + cast({{ a_whole }} * {{ b_part }} as {{ money_type() }})
        + cast({{ a_part }} * {{ b_whole }} as {{ money_type() }})
        + cast({{ a_part }} * {{ b_part }} as {{ money_type() }})
    )
{%- endmacro %}
