-- What dbt-redshift and redshift_connector ask of a Redshift catalogue, and the functions of Redshift that the models
-- use, in the template of every database of the stand-in.
set allow_system_table_mods = on;

create or replace view pg_catalog.svv_external_columns as
select null::text as schemaname, null::text as tablename, null::text as columnname, null::text as external_type,
    null::int as columnnum
where false;

create or replace function pg_catalog.pg_get_late_binding_view_cols() returns setof record language sql stable as
'select null::name, null::name, null::name, null::varchar, null::int where false';

create or replace view pg_catalog.svv_table_info as
select current_database()::text as "database", n.nspname::text as "schema", c.oid as table_id, c.relname::text as "table",
    'N'::text as encoded, 'AUTO(ALL)'::text as diststyle, null::text as sortkey1, 0 as max_varchar,
    null::text as sortkey1_enc, 0 as sortkey_num, (pg_relation_size(c.oid) / 1048576 + 1)::bigint as size,
    0::numeric as pct_used, 0::numeric as unsorted, 0::numeric as stats_off,
    greatest(c.reltuples, 0)::numeric as tbl_rows, null::numeric as skew_sortkey1, null::numeric as skew_rows
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
where c.relkind = 'r' and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema';

create or replace view pg_catalog.svv_relation_privileges as
select table_schema::text as namespace_name, table_name::text as relation_name, privilege_type::text, 0 as identity_id,
    grantee::text as identity_name, 'user'::text as identity_type, grantor::text as admin_option
from information_schema.role_table_grants;

create or replace view pg_catalog.svv_redshift_columns as
select table_catalog::text as database_name, table_schema::text as schema_name, table_name::text, column_name::text,
    ordinal_position::int, data_type::text, null::text as remarks
from information_schema.columns;

create or replace view pg_catalog.svv_mv_info as
select null::text as database_name, null::text as schema_name, null::text as name, null::text as autorefresh,
    null::text as is_stale, null::int as state
where false;

create or replace view pg_catalog.sys_query_detail as
select null::oid as table_id, null::timestamp as start_time, null::text as step_name where false;

create or replace view pg_catalog.stl_load_errors as
select null::int as query, null::text as colname, null::text as err_reason where false;

create or replace function pg_catalog.getdate() returns timestamp language sql stable as
'select (now() at time zone ''utc'')::timestamp';

-- as Redshift: a timestamp, also from a date
create or replace function pg_catalog.dateadd(part text, number bigint, moment timestamp) returns timestamp
language sql immutable strict as
'select $3 + case when $1 in (''quarter'', ''qtr'') then $2 * 3 * interval ''1 month''
    else $2 * (''1 '' || $1)::interval end';

create or replace function pg_catalog.datediff(part text, first timestamp, last timestamp) returns bigint
language sql immutable strict as $$
    select case
        when $1 = 'year' then extract(year from $3)::bigint - extract(year from $2)::bigint
        when $1 = 'month' then (extract(year from $3)::bigint - extract(year from $2)::bigint) * 12
            + extract(month from $3)::bigint - extract(month from $2)::bigint
        when $1 = 'day' then $3::date - $2::date
        when $1 in ('hour', 'minute', 'second') then
            extract(epoch from date_trunc($1, $3) - date_trunc($1, $2))::bigint
            / case $1 when 'hour' then 3600 when 'minute' then 60 else 1 end
    end
$$;

create or replace function pg_catalog.last_day(moment timestamp) returns date language sql immutable strict as
'select (date_trunc(''month'', $1) + interval ''1 month'' - interval ''1 day'')::date';

create or replace function pg_catalog.add_months(moment timestamp, number bigint) returns timestamp
language sql immutable strict as 'select $1 + $2 * interval ''1 month''';

create or replace function pg_catalog.len(value text) returns int language sql immutable strict as 'select length($1)';

create or replace function pg_catalog.charindex(part text, whole text) returns int language sql immutable strict as
'select strpos($2, $1)';

create or replace function pg_catalog.is_valid_json(value text) returns boolean language plpgsql immutable as $$
begin
    perform value::jsonb;
    return value is not null and left(ltrim(value), 1) = '{';
exception when others then
    return false;
end
$$;

-- Redshift answers '' for a path that is not there; an invalid text is an error unless null is asked for
create or replace function pg_catalog.json_extract_path_text(value text, name text, null_if_invalid boolean)
returns text language plpgsql immutable strict as $$
begin
    return coalesce((value::jsonb) ->> name, '');
exception when invalid_text_representation then
    if null_if_invalid then
        return null;
    end if;
    raise;
end
$$;

create or replace function pg_catalog.json_extract_path_text(value text, name text)
returns text language sql immutable strict as 'select pg_catalog.json_extract_path_text($1, $2, false)';

create or replace view pg_catalog.svv_all_tables as
select table_catalog::text as database_name, table_schema::text as schema_name, table_name::text,
    case table_type when 'BASE TABLE' then 'TABLE' else table_type end::text as table_type, null::text as table_acl,
    null::text as remarks
from information_schema.tables;

create or replace view pg_catalog.svv_all_columns as
select table_catalog::text as database_name, table_schema::text as schema_name, table_name::text, column_name::text,
    ordinal_position::int, column_default::text, is_nullable::text, data_type::text, character_maximum_length::int,
    numeric_precision::int, numeric_scale::int, null::text as remarks
from information_schema.columns;
