{#-
    A unit price in the billing currency, or null: without a rate, below zero (money back), or where it would have more
    digits before the point than a cost may have at the door (15). `rate`: billing currency for one of the pricing
    currency, 1 where they are the same.
-#}
{% macro price_at_rate(price, rate) -%}
    case
        when {{ price }} < 0 or {{ rough(price) }} * {{ rough(rate) }} >= {{ too_much() }} then null
        when {{ rate }} = 1 then {{ price }}
        else {{ multiply_money(price, rate) }}
    end
{%- endmacro %}


{#-
    What a quantity costs at a price, in the billing currency; null without a rate, with too many digits, and where price
    or quantity is 0.
-#}
{% macro cost_at_price(price, quantity, rate) -%}
    case
        when
            {{ price }} = 0
            or {{ quantity }} = 0
            or {{ rate }} is null
            or {{ rough(price) }} >= {{ too_much() }}
            or {{ rough(quantity) }} >= {{ too_much() }}
            or {{ rough(price) }} * {{ rough(quantity) }} >= {{ too_much() }}
            or {{ rough(price) }} * {{ rough(quantity) }} * {{ rough(rate) }} >= {{ too_much() }}
            then null
        when {{ rate }} = 1 then {{ multiply_money(price, quantity) }}
        else {{ multiply_money_at_rate(price, quantity, rate) }}
    end
{%- endmacro %}


{% macro rough(amount) -%} abs(cast({{ amount }} as double precision)) {%- endmacro %}

{% macro too_much() -%} 1000000000000000 {%- endmacro %}


{#-
    The exact product of three numeric(38, 12) of which the last is positive and has at most twelve digits before the
    point (an exchange rate), rounded once to 12 places. The first two make a part of 12 places and a rest of 24; what
    the rate makes of the rest is cut off behind the 24th place, which no rounding at the 12th sees.
-#}
{% macro multiply_money_at_rate(a, b, rate) -%}
    {%- set a_whole, a_part =
        'cast(trunc(' ~ a ~ ') as numeric(19, 0))',
        'cast((' ~ a ~ ') - trunc(' ~ a ~ ') as numeric(12, 12))' -%}
    {%- set b_whole, b_part =
        'cast(trunc(' ~ b ~ ') as numeric(19, 0))',
        'cast((' ~ b ~ ') - trunc(' ~ b ~ ') as numeric(12, 12))' -%}
    {%- set rate_whole, rate_part =
        'cast(trunc(' ~ rate ~ ') as numeric(19, 0))',
        'cast((' ~ rate ~ ') - trunc(' ~ rate ~ ') as numeric(12, 12))' -%}
    {%- set exact -%}
        (
            cast({{ a_whole }} * {{ b_whole }} as {{ money_type() }})
            + cast({{ a_whole }} * {{ b_part }} as {{ money_type() }})
            + cast({{ a_part }} * {{ b_whole }} as {{ money_type() }})
        )
    {%- endset -%}
    {%- set whole, part =
        'cast(trunc(' ~ exact ~ ') as numeric(19, 0))',
        'cast(' ~ exact ~ ' - trunc(' ~ exact ~ ') as numeric(12, 12))' -%}
    {%- set rest = 'cast(' ~ a_part ~ ' * ' ~ b_part ~ ' as numeric(24, 24))' -%}
    (
        cast({{ whole }} * {{ rate_whole }} as {{ money_type() }})
        + cast({{ whole }} * {{ rate_part }} as {{ money_type() }})
        + cast({{ part }} * {{ rate_whole }} as {{ money_type() }})
        + cast(
            cast({{ part }} * {{ rate_part }} as numeric(38, 24))
            + cast({{ rest }} * cast({{ rate_whole }} as numeric(12, 0)) as numeric(38, 24))
            + cast(trunc({{ rest }} * {{ rate_part }}, 24) as numeric(38, 24))
            as {{ money_type() }}
        )
    )
{%- endmacro %}
