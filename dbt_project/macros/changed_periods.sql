{#-
    The pairs (source_name, billing_period) that this run was given, as JSON, or none for all of them. They come by
    the environment and are read when a statement is made, as dbt would parse the project anew for every other value of
    a variable.
-#}
{% macro told_periods() %}
    {{ return(fromjson(env_var('CLOUDCOST_CHANGED_PERIODS', 'null')) if execute else none) }}
{% endmacro %}


{#-
    The pairs (source_name, billing_period) that this run replaces, or none for all of them. A table that does not
    exist yet, or is fully refreshed, is always built from every current snapshot: a part of it would be a silent loss.
    A pair that names `models` is behind in these alone: it is replaced in them and in every model built on them.
-#}
{% macro changed_periods() %}
    {%- set periods = told_periods() if is_incremental() else none -%}
    {%- if not periods -%} {{ return(periods) }} {%- endif -%}
    {%- set lineage = [] -%}
    {%- do add_lineage(model.unique_id, lineage) -%}
    {%- set concerned = [] -%}
    {%- for period in periods -%}
        {%- if period.models is not defined or period.models | select('in', lineage) | list -%}
            {%- do concerned.append(period) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(concerned) }}
{% endmacro %}


{#- Add the names of a node and of all that it is built on to a list. -#}
{% macro add_lineage(unique_id, lineage) -%}
    {%- set node = graph.nodes.get(unique_id) -%}
    {%- if node and node.name not in lineage -%}
        {%- do lineage.append(node.name) -%}
        {%- for parent in node.depends_on.nodes -%} {%- do add_lineage(parent, lineage) -%} {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{#-
    The rows of the changed periods, as plain comparisons of source_name and billing_period with literals: DuckDB
    carries those through the staging views down to the scan and opens only the Parquet files of these periods. In a
    model that is replaced by whole months the rows of every source in the months of the changed periods.
-#}
{% macro changed_periods_filter(alias=none) -%}
    {%- set periods = changed_periods() -%}
    {%- set prefix = alias ~ '.' if alias else '' -%}
    {%- if periods is none -%} 1 = 1
    {%- elif not periods -%} 1 = 0
    {%- elif execute and model.config.get('incremental_strategy') == 'replace_months' -%}
        {{ prefix }}billing_period in (
            {{- quote_list(periods | map(attribute='billing_period') | map('string') | unique | sort, 'date ') -}}
        )
    {%- else -%}
        {%- set months_by_source = {} -%}
        {%- for period in periods -%}
            {%- do months_by_source.setdefault(period.source_name, []).append(period.billing_period | string) -%}
        {%- endfor -%}
        {%- set sources = months_by_source.keys() | sort(case_sensitive=true) -%}
        {%- set months = months_by_source.values() | sum(start=[]) | unique | sort -%}
        {#- DuckDB carries a range, but no list, over to the other side of a join -#}
        {{ prefix }}source_name >= {{ quote_list(sources[:1]) }}
        and {{ prefix }}source_name <= {{ quote_list(sources[-1:]) }}
        and {{ prefix }}billing_period >= {{ quote_list(months[:1], 'date ') }}
        and {{ prefix }}billing_period <= {{ quote_list(months[-1:], 'date ') }}
        and (
        {%- for source_name, months in months_by_source.items() %}
            {{ 'or ' if not loop.first }}({{ prefix }}source_name = {{ quote_list([source_name]) }}
                and {{ prefix }}billing_period in ({{ quote_list(months | unique | list, 'date ') }}))
        {%- endfor %}
        )
    {%- endif -%}
{%- endmacro %}


{% macro quote_list(values, prefix='') -%}
    {%- for value in values -%}
        {{ prefix }}'{{ value | replace("'", "''") }}' {{- ', ' if not loop.last -}}
    {%- endfor -%}
{%- endmacro %}


{#-
    Incremental strategy `replace_periods`: delete the changed periods and insert what the model selects for them, in
    the materialization's one transaction. Periods without a current snapshot are deleted only.
-#}
{% macro get_incremental_replace_periods_sql(arg_dict) %}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) %}
    delete from {{ arg_dict['target_relation'] }} where {{ changed_periods_filter() }};
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{% endmacro %}


{#-
    Incremental strategy `replace_months`: the same for a model whose rows of one source depend on those of others in
    the month, so that all sources of a changed month are replaced together.
-#}
{% macro get_incremental_replace_months_sql(arg_dict) %}
    {{- get_incremental_replace_periods_sql(arg_dict) -}}
{% endmacro %}
