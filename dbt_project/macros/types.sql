{#- Money and quantities: the one decimal type from the door to the mart. -#}
{% macro money_type() -%} numeric(38, 12) {%- endmacro %}


{#- Text of any length. Redshift reads a bare varchar as varchar(256). -#}
{% macro text_type() -%} {{ return(adapter.dispatch('text_type')()) }} {%- endmacro %}

{% macro default__text_type() -%} varchar {%- endmacro %}

{% macro redshift__text_type() -%} varchar(65535) {%- endmacro %}
