{#-
    Tables whose rows are kept as Parquet files, one or more per source and billing period: `config(period_files=true)`
    in an incremental model. Parquet is written in half the time and a third of the space of DuckDB's own tables, what is
    published shares the files instead of copying them, and a file is never changed after it is written.

    The model itself is a view over the files that are current, which are listed in `intermediate.period_files`. Both
    change in the model's one transaction, so that a run that is killed leaves nothing but files that nobody reads;
    `warehouse.files.period_files` removes these. On Redshift such a model is a table
    as any other; DuckLake keeps tables in Parquet files itself, see `create_table_as`.
-#}
{% materialization incremental, adapter='duckdb', supported_languages=['sql'] %}
    {%- if not keeps_period_files() -%}
        {{ return(dbt.materialization_incremental_duckdb()) }}
    {%- endif -%}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set is_partial = is_incremental() -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('begin_files', auto_begin=True) %} {{ create_period_files() }} {% endcall %}
    {%- if config.get('contract').enforced %} {{ get_assert_columns_equivalent(compiled_code) }} {% endif -%}
    {%- set written = write_period_files(list_periods_to_write(is_partial), is_partial) -%}
    {%- if existing is not none and not existing.is_view -%}
        {%- do run_query('drop table ' ~ this) -%}
    {%- endif -%}
    {%- do run_query('create or replace view ' ~ this ~ ' as ' ~ select_period_files()) -%}
    {%- do store_raw_result(name='main', message='OK', code='OK', rows_affected=written | string, agate_table=none) -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{#- Whether this model's rows are kept in files of ours: in DuckLake every table is kept in Parquet files already. -#}
{% macro keeps_period_files() %}
    {{ return(target.name == 'duckdb' and model.config.get('period_files', false)) }}
{% endmacro %}


{#- As dbt's own, where a model that is kept in files is there as the view over them. -#}
{% macro is_incremental() %}
    {%- if execute and keeps_period_files() -%}
        {%- set existing = load_relation(this) -%}
        {{ return(existing is not none and existing.is_view and not should_full_refresh()) }}
    {%- endif -%}
    {{ return(dbt.is_incremental()) }}
{% endmacro %}


{#- The table `intermediate.period_files`: the current files of each model that is kept in files. -#}
{% macro period_files() %}
    {{ return(api.Relation.create(database=target.database, schema='intermediate', identifier='period_files')) }}
{% endmacro %}


{#- Also in a pre-hook of the first model: two models at once could not both create it. -#}
{% macro create_period_files() %}
    {%- if target.name == 'duckdb' %}
    create table if not exists {{ period_files() }} (
        model_name varchar, source_name varchar, billing_period date, path varchar, size_bytes bigint
    )
    {%- endif -%}
{% endmacro %}


{#- The pairs (source_name, billing_period) whose rows are written: the changed ones, or all that there are. -#}
{% macro list_periods_to_write(is_partial) %}
    {%- set told = changed_periods() if is_partial else none -%}
    {%- if told is not none -%} {{ return(told) }} {%- endif -%}
    {%- set query -%}
        select distinct source_name, cast(billing_period as varchar) as billing_period
        from {{ api.Relation.create(database=target.database, schema='raw', identifier='current_snapshots') }}
        order by 1, 2
    {%- endset -%}
    {%- set pairs = [] -%}
    {%- for row in run_query(query) -%}
        {%- do pairs.append({'source_name': row['source_name'], 'billing_period': row['billing_period']}) -%}
    {%- endfor -%}
    {{ return(pairs) }}
{% endmacro %}


{#-
    Write the model's rows of each of these pairs and list the files in place of those that were current; returns how
    many rows there are. One pair after the other: so no more than a row group is held in memory, whatever the months.
-#}
{% macro write_period_files(pairs, is_partial) %}
    {%- set token = modules.datetime.datetime.now(modules.pytz.utc).strftime('%Y%m%dT%H%M%S%f') -%}
    {%- set written = namespace(rows=0, files=[]) -%}
    {%- for pair in pairs -%}
        {%- set values = quote_list([pair.source_name]) ~ ', ' ~ quote_list([pair.billing_period | string], 'date ') -%}
        {%- set copying -%}
            copy (
                select *, '{{ this.identifier }}' as model_name from ({{ compiled_code }}) as charges
                where source_name = {{ quote_list([pair.source_name]) }}
                    and billing_period = {{ quote_list([pair.billing_period | string], 'date ') }}
            )
            to {{ quote_list([period_files_folder()]) }} (
                format parquet, compression zstd, compression_level 1,
                partition_by (model_name, source_name, billing_period), append,
                filename_pattern '{{ token }}-{uuid}', return_stats
            )
        {%- endset -%}
        {%- for file in run_query(copying) -%}
            {%- set written.rows = written.rows + file['count'] | int -%}
            {%- do written.files.append(
                "('" ~ this.identifier ~ "', " ~ values ~ ', ' ~ quote_list([file['filename']]) ~ ', '
                ~ file['file_size_bytes'] | int ~ ')'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do run_query(
        'delete from ' ~ period_files() ~ " where model_name = '" ~ this.identifier ~ "'"
        ~ (' and ' ~ changed_periods_filter() if is_partial else '')
    ) -%}
    {%- if written.files -%}
        {%- do run_query('insert into ' ~ period_files() ~ ' values ' ~ written.files | join(', ')) -%}
    {%- endif -%}
    {{ return(written.rows) }}
{% endmacro %}


{#- Where all such files are, beside the warehouse file; DuckDB makes the folders below. -#}
{% macro period_files_folder() %}
    {{ return(target.path ~ '.files') }}
{% endmacro %}


{#- The SELECT over the current files of this model; without any it has the columns and no rows. -#}
{% macro select_period_files() %}
    {%- set query -%}
        select path from {{ period_files() }} where model_name = '{{ this.identifier }}'
        order by source_name, billing_period, path
    {%- endset -%}
    {%- set files = run_query(query).columns[0].values() -%}
    {#- a reader takes a bracket or a star in a name for a pattern -#}
    {%- set plain_paths = [] -%}
    {%- for file in files -%} {%- do plain_paths.append(modules.re.sub('([*?[])', '[\\1]', file)) -%} {%- endfor -%}
    {%- set selected = [] -%}
    {%- if files -%}
        {%- for name in model.columns -%} {%- do selected.append(adapter.quote(name)) -%} {%- endfor -%}
    {%- else -%}
        {%- for column in adapter.get_column_schema_from_query(compiled_code) -%}
            {%- do selected.append('cast(null as ' ~ column.data_type ~ ') as ' ~ adapter.quote(column.name)) -%}
        {%- endfor -%}
    {%- endif %}
    select {{ selected | join(', ') }}
    {% if files -%}
    from read_parquet(
        [{{ quote_list(plain_paths) }}], hive_partitioning = true,
        hive_types = {'source_name': varchar, 'billing_period': date}
    )
    {%- else -%} where 1 = 0
    {%- endif -%}
{% endmacro %}
