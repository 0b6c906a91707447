"""What a reader asks who wants more than is theirs."""

from typing import Any

DAILY, LINES = "fct_cost_daily", "fct_charges"
#: A metric that every release has had.
METRIC = "line_items"
TABLE = "marts.fct_cost_daily"
#: Each leaves the statement that Superset makes of it, or reads more than a column.
ESCAPES = {
    "union": f"string_agg(x_team, ',') from {TABLE} union all select ''",
    "except": f"max(x_team) from {TABLE} group by x_team except select ''",
    "intersect": f"x_team from {TABLE} intersect select x_team from {TABLE}",
    "subquery": f"(select string_agg(x_team, ',') from {TABLE})",
    "exists": f"exists (select 1 from {TABLE} where x_team = 'platform')",
    "short select": f"(from {TABLE} select string_agg(x_team, ','))",
    "table": f"(table {TABLE})",
    "common table": f"(with a as (from {TABLE}) select max(x_team) from a)",
    "summarize": f"max(x_team) from (summarize {TABLE})",
    "describe": "1 from (describe marts.fct_cost_daily)",
    "values": "1 from (values ('a')) v(x)",
    "table function": "1 from duckdb_tables()",
    "query function": f"(select max(x_team) from query('from {TABLE}'))",
    "file": "(select content from read_text('/etc/hostname'))",
    "setting": "current_setting('secret_directory')",
    "environment": "getenv('HOME')",
    "whole row": "max(fct_cost_daily)",
    "row number of the file": "max(rowid)",
    "every column": "columns(*)",
    "two expressions": "max(x_team), 1",
    "two statements": "1; select 2",
    "comment": f"max(x_team) from {TABLE} --",
    "open comment": "max(x_team) /*",
    "closed parenthesis": "1) or (1 = 1",
    "template": "{{ current_username() }}",
    "filled memory": "repeat(max(x_team), 1000000000)",
    "rows out of nothing": "unnest(range(1000000000))",
    "list": "list(x_team)",
}
#: Questions of a viewer or a guest that no chart of their pages asks.
FINER: dict[str, dict[str, Any]] = {
    "every line": {"columns": ["charge_date", "sub_account_id", "resource_id"], "metrics": None},
    "rows of columns a chart has": {"columns": ["service_name"], "metrics": None},
    "another level": {"columns": ["charge_date", "sub_account_id", "x_team", "service_name"], "metrics": [METRIC]},
    "further rows": {"columns": ["service_name"], "metrics": ["effective_cost"], "row_offset": 100},
    "more rows": {"columns": ["service_name"], "metrics": ["effective_cost"], "row_limit": 100_000},
    "one resource by a filter": {"columns": [], "metrics": ["effective_cost"],
                                 "filters": [{"col": "x_usage_type", "op": "LIKE", "val": "a%"}]},
    "days of a chart without time": {"columns": ["service_name", "__timestamp"], "metrics": ["effective_cost"],
                                     "granularity": "__timestamp", "extras": {"time_grain_sqla": None}},
    "time by another name": {"columns": ["service_name"], "metrics": ["effective_cost"], "granularity": "x_team",
                             "is_timeseries": True},
    "sorted by what it has not": {"columns": ["service_name"], "metrics": ["effective_cost"],
                                  "orderby": [["unblended_cost", False]]},
    "a filter sorted by a metric": {"columns": ["service_name"], "metrics": [], "orderby": [["effective_cost", False]],
                                    "series_limit_metric": "effective_cost"},
    "values of a column": {"columns": ["x_usage_type"], "metrics": []},
}  # fmt: skip
