{#-
    a / b of two numeric(38, 12), rounded once, half away from zero, to 12 places; null where b is zero.

    DuckDB divides decimals as doubles, so there the digits come from whole numbers: three divisions with remainder give
    the part before the point and twice six places, the last remainder decides the rounding. Redshift divides decimals,
    with a scale that follows from the types: these give it 12 places (|a| < 1e14, |b| < 1e15; beyond, an error).
-#}
{% macro divide_exactly(a, b) -%} {{ return(adapter.dispatch('divide_exactly')(a, b)) }} {%- endmacro %}

{% macro redshift__divide_exactly(a, b) -%}
    cast(round(cast({{ a }} as numeric(34, 20)) / nullif(cast({{ b }} as numeric(27, 12)), 0), 12) as {{ money_type() }})
{%- endmacro %}

{% macro duckdb__divide_exactly(a, b) -%}
    {%- set above, below = unscaled('abs(' ~ a ~ ')'), unscaled('abs(' ~ b ~ ')') -%}
    {%- set first = '(' ~ above ~ ' % ' ~ below ~ ' * 1000000)' -%}
    {%- set second = '(' ~ first ~ ' % ' ~ below ~ ' * 1000000)' -%}
    (
        case when sign({{ a }}) = sign({{ b }}) then 1 else -1 end
        * (
            cast({{ above }} // {{ below }} as {{ money_type() }})
            + cast({{ first }} // {{ below }} as numeric(6, 0)) * 0.000001
            + cast({{ second }} // {{ below }} as numeric(6, 0)) * 0.000000000001
            + case when {{ second }} % {{ below }} * 2 >= {{ below }} then 0.000000000001 else 0 end
        )
    )::{{ money_type() }}
{%- endmacro %}

{#- A numeric(38, 12) as the whole number of its smallest units. -#}
{% macro unscaled(amount) -%}
    (cast(trunc({{ amount }}) as hugeint) * 1000000000000 + cast(({{ amount }} - trunc({{ amount }})) * 1000000000000 as hugeint))
{%- endmacro %}
