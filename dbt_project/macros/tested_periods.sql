{#- The rows of the periods that this run changed; of all periods where it states nothing of them. -#}
{% macro tested_periods_filter() -%}
    {%- set periods = told_periods() -%}
    {%- if periods is none -%} 1 = 1
    {%- elif not periods -%} 1 = 0
    {%- else -%}
        (
        {%- for period in periods %}
        {{ 'or ' if not loop.first }}(source_name = {{ quote_list([period.source_name]) }}
            and billing_period = {{ quote_list([period.billing_period | string], 'date ') }})
        {%- endfor %}
        )
    {%- endif -%}
{%- endmacro %}
