{#-
    A share or rate for people to read, in billionths, so that two engines round it alike; null of nothing, and where
    the whole is so small beside the part that a rate says nothing.
-#}
{% macro share_of(part, whole) -%}
    case
        when abs(cast({{ part }} as double precision)) < abs(cast({{ whole }} as double precision)) * 1000000
            or ({{ part }} = 0 and {{ whole }} <> 0)
            then cast(cast({{ part }} as double precision) / cast({{ whole }} as double precision) as numeric(18, 9))
    end
{%- endmacro %}
