{#- Whether the credit for a commitment covers all of a Google line item, and not only a part of it. -#}
{% macro gcp_is_covered_whole() -%}
    (commitment_credit >= 0 or native_cost + commitment_credit <= 0)
{%- endmacro %}
