"""A hostile reader against the checks of SQL, in Superset's environment: ``python superset_expressions_attack.py FOLDER
SEED COUNT``, with PYTHONPATH.

Each expression is drawn from a grammar, put where Superset would put it, and, if the checks let it pass, executed on a
small warehouse whose rows outside the reader's scope hold a mark. Prints, as JSON, how many passed and every one that
brought the mark to light.
"""

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from cloudcost_superset.rows.expressions import RefusedExpressionError, rewrite_expression, rewrite_order
from cloudcost_superset.rows.statements import RefusedStatementError, judge_statement

MARK = "0utside"
PERMITTED = "SELECT * FROM marts.costs WHERE (x_team in ('payments'))"
COLUMNS = ("x_team", "cost", "day", "note")


def make_warehouse(path: Path) -> None:
    """Rows of two teams, and two tables that no reader knows."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.costs (x_team varchar, cost decimal(18, 2), day date, note varchar)")
        rows = [(team, n + 0.5, f"2025-01-{n + 1:02d}", f"{mark} {n}") for n in range(20)
                for team, mark in (("payments", "own"), (f"{MARK}-team", MARK))]  # fmt: skip
        connection.executemany("insert into marts.costs values (?, ?, ?, ?)", rows)
        connection.execute(f"create table marts.secrets as select '{MARK} salary' as x, 1 as cost")
        connection.execute(f"create macro marts.peek() as table select '{MARK}' as x")


class Grammar:
    """SQL as somebody would write it who wants other people's rows."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def draw(self) -> Iterator[str]:
        while True:
            made = self.random.choice((self.expression, self.escape, self.escape, self.mixed, self.plain, self.plain))
            yield made(self.random.randint(1, 4))

    def pick(self, *texts: str) -> str:
        return self.random.choice(texts)

    def name(self) -> str:
        return self.pick(*COLUMNS, "rowid", "costs", "marts", "x", "costs.note", "marts.costs.note", '"note"', "NOTE",
                         "secrets.x", "main.marts.costs", "warehouse.marts.costs", "columns(*)", "*",
                         "t.x")  # fmt: skip

    def relation(self, depth: int) -> str:
        return self.pick(
            "marts.costs", "marts.secrets", "marts.secrets t", "warehouse.marts.costs", "marts.peek()",
            "duckdb_tables()",
            "pragma_table_info('marts.costs')", "query('select * from marts.costs')", "query_table('marts.costs')",
            "read_csv('/etc/passwd')", "read_text('/etc/hostname')", "glob('/*')", "information_schema.tables",
            "(values (1)) v(x)", "range(3)", f"({self.query(depth - 1)}) q", "marts.costs tablesample 5 rows",
            "marts.costs positional join marts.secrets", "duckdb_settings()", "sniff_csv('/etc/passwd')",
        )  # fmt: skip

    def query(self, depth: int) -> str:
        if depth <= 0:
            return self.pick("select note from marts.costs", "table marts.secrets", "from marts.costs", "values (1)")
        body = f"select {self.expression(depth - 1)} from {self.relation(depth - 1)}"
        return self.pick(
            body, f"{body} where {self.expression(depth - 1)}", f"with a as ({body}) from a",
            f"{body} {self.combined()} {self.query(depth - 1)}", f"from {self.relation(depth - 1)}",
            "summarize marts.costs", "describe marts.costs", "show all tables", f"{body} qualify true",
            "pivot marts.costs on x_team using max(note)", "unpivot marts.costs on note into name n value v",
        )  # fmt: skip

    def combined(self) -> str:
        return self.pick("union", "union all", "union by name", "except", "intersect", "except all")

    def function(self) -> str:
        return self.pick("max", "min", "string_agg", "list", "first", "any_value", "count", "array_agg", "histogram",
                         "arg_max", "lower", "concat", "coalesce", "regexp_extract", "getenv",
                         "current_setting", "query",
                         "read_blob", "unnest", "row", "struct_pack", "to_json", "error", "eval", "nextval", "entropy",
                         "list_transform", "map", "mode", "approx_top_k", "getvariable", "pg_sleep")  # fmt: skip

    def expression(self, depth: int) -> str:
        if depth <= 0:
            return self.pick(self.name(), self.name(), "1", "'x'", "null", "date '2025-01-01'", "$1", "?", ":x", "''")
        one, two = self.expression(depth - 1), self.expression(depth - 1)
        return self.pick(
            f"{self.function()}({one})", f"{self.function()}({one}, {two})", f"({one} {self.operator()} {two})",
            f"case when {one} then {two} end", f"({self.query(depth - 1)})", f"exists ({self.query(depth - 1)})",
            f"{one} in ({self.query(depth - 1)})", f"cast({one} as {self.kind()})", f"try_cast({one} as {self.kind()})",
            f"{one} = any ({self.query(depth - 1)})", f"max({one}) over (order by {two})",
            f"max({one}) filter (where {two})", f"[{one} for x in {two}]", f"{{'a': {one}}}", f"{one}::{self.kind()}",
            f"array({self.query(depth - 1)})", f"max({one} order by {two})", f"list_transform({one}, x -> {two})",
            f"{one} collate nocase", f"not {one}", f"{one} between {two} and {one}", f"{one} is distinct from {two}",
        )  # fmt: skip

    def plain(self, depth: int) -> str:
        """An expression as readers write them, at times with one foreign piece in it."""
        if depth <= 0:
            return self.name() if self.random.random() < 0.05 else self.pick(*COLUMNS, "1", "'x'", "date '2025-01-09'")
        one, two = self.plain(depth - 1), self.plain(depth - 1)
        return self.pick(
            f"max({one})", f"string_agg({one}, ',')", f"any_value({one})", f"lower({one})", f"({one} || {two})",
            f"coalesce({one}, {two})", f"case when {one} = {two} then {one} else {two} end", f"{one} is not null",
            f"concat({one}, {two})", f"({one} = {two} or {one} like '%')", f"cast({one} as varchar)",
            f"not ({one} = {two})",
            f"max({one}) over (partition by {two})", f"try_cast({one} as date)", f"({one})", f"count(distinct {one})",
            f"first({one} order by {two})", f"arg_max({one}, {two})", f"{one} in ({two}, {one})",
            f"nullif({one}, {two})",
        )  # fmt: skip

    def operator(self) -> str:
        return self.pick(
            "=", "<>", "<", "||", "+", "and", "or", "like", "ilike", "~", "similar to", "->", "->>", "[", ","
        )

    def kind(self) -> str:
        return self.pick(
            "varchar", "int", "date", "json", "struct(a int)", "varchar[]", "regclass", "blob", "enum('a')"
        )

    def escape(self, depth: int) -> str:
        """An expression that does not stay one."""
        return self.pick(
            f"{self.expression(1)} from {self.relation(depth)} {self.combined()} select ''",
            f"{self.expression(1)} {self.combined()} {self.query(depth)}", f"1; {self.query(depth)}",
            f"{self.expression(1)}) from {self.relation(depth)} --", f"1 from {self.relation(depth)} /*",
            f"note as x, {self.expression(depth)}",
            f"{self.expression(1)} limit 1 {self.combined()} {self.query(depth)}",
            f"1) or (1=1) or ({self.expression(depth)}", f"x_team = 'a' or {self.expression(depth)}",
            f"note order by (select 1) {self.combined()} {self.query(depth)}", f"*/ {self.query(depth)} /*",
            f"1 group by all {self.combined()} {self.query(depth)}", f"{{{{ {self.query(depth)} }}}}",
            f"note\x00 from {self.relation(depth)}", f"$$x$$ from {self.relation(depth)}",
            f"E'\\' from {self.relation(1)} --'",
            f"note\n--\n from {self.relation(depth)}", f"U&'\\0027' || ({self.query(depth)})",
            f"1 window w as ({self.name()})",
            f"note from marts.costs at (version => 1) {self.combined()} {self.query(1)}", self.query(depth),
            f"note, lateral ({self.query(depth)})", f"copy ({self.query(depth)}) to 'x'", "attach 'x.duckdb'",
        )  # fmt: skip

    def mixed(self, depth: int) -> str:
        """A text with some of its pieces moved."""
        words = self.pick(self.escape(depth), self.expression(depth)).split(" ")
        self.random.shuffle(words) if self.random.random() < 0.3 else None
        at = self.random.randrange(len(words))
        words[at] = self.pick(
            "(", ")", "'", '"', "--", "/*", "*/", ";", "\\", "%", "union select note from marts.costs"
        )
        return " ".join(words)


def main() -> None:
    folder, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    make_warehouse(folder / "warehouse.duckdb")
    options: dict[str, Any] = {
        "access_mode": "READ_ONLY",
        "enable_external_access": "false",
        "lock_configuration": "true",
    }
    warehouse = duckdb.connect(str(folder / "warehouse.duckdb"), config=options)
    places = {
        "metric": "SELECT {0} AS m FROM marts.costs WHERE (x_team in ('payments')) LIMIT 100",
        "column": "SELECT {0} AS c, count(*) FROM marts.costs WHERE (x_team in ('payments')) GROUP BY {0} LIMIT 100",
        "where": "SELECT note FROM marts.costs WHERE (x_team in ('payments')) AND ({0}) LIMIT 100",
        "having": "SELECT note FROM marts.costs WHERE (x_team in ('payments')) GROUP BY note HAVING ({0}) LIMIT 100",
        "order": "SELECT note FROM marts.costs WHERE (x_team in ('payments')) ORDER BY {0} LIMIT 100",
    }
    found: dict[str, Any] = {"tried": 0, "taken apart": 0, "executed": 0, "raw statements let pass": 0, "outside": []}
    texts = Grammar(seed).draw()
    for number in range(count):
        text, (place, statement) = next(texts), list(places.items())[number % len(places)]
        found["tried"] += 1
        for is_rewritten in (True, False):
            try:
                if is_rewritten:
                    rule = rewrite_order if place == "order" else rewrite_expression
                    sql = statement.format(rule(text, COLUMNS, "duckdb"))
                    found["taken apart"] += 1
                else:
                    sql = statement.format(text)  # as if the check before had been passed by
                judge_statement(sql, PERMITTED, "duckdb")
            except (RefusedExpressionError, RefusedStatementError):
                continue
            try:
                rows = repr(warehouse.execute(sql).fetchall())
                found["executed" if is_rewritten else "raw statements let pass"] += 1
            except duckdb.Error:
                continue  # its text is not shown to readers
            if MARK in rows:
                found["outside"].append([place, is_rewritten, text, rows[:200]])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
