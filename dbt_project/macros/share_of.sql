{#-
    A share or rate for people to read, in billionths; null of nothing, and where the whole is so small beside the part
    that a rate states nothing. Divided exactly: a double becomes a decimal by fifteen digits on one engine and by all of
    them on the other.
-#}
{% macro share_of(part, whole) -%}
    case
        when abs(cast({{ part }} as double precision)) < abs(cast({{ whole }} as double precision)) * 1000000
            or ({{ part }} = 0 and {{ whole }} <> 0)
            then cast(round({{ divide_exactly(part, whole) }}, 9) as numeric(18, 9))
    end
{%- endmacro %}
