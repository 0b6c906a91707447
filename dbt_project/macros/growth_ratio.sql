{#-
    new / old of two quantities, to 12 places; null unless both are positive and the growth is below a thousand
    millions, beyond which nothing can be stated about a price. Very large quantities (byte-seconds) are counted in
    thousand millions first, so that the quotient stays within what Redshift can divide.
-#}
{% macro growth_ratio(new, old) -%}
    case
        when {{ old }} <= 0 or {{ new }} <= 0 then null
        when cast({{ new }} as double precision) > cast({{ old }} as double precision) * 1000000000 then null
        when {{ new }} >= 1000000000000 or {{ old }} >= 1000000000000
            then {{ divide_exactly(in_thousand_millions(new), in_thousand_millions(old)) }}
        else {{ divide_exactly(new, old) }}
    end
{%- endmacro %}

{% macro in_thousand_millions(quantity) -%}
    cast(cast(trunc({{ quantity }}) as numeric(26, 0)) * 0.000000001 as {{ money_type() }})
{%- endmacro %}
