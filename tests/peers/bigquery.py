"""A BigQuery stand-in: enough of the REST protocol (v2) for the real client to list tables, query and page.

Queries run in DuckDB after translation by sqlglot. ``Server.faults`` are answered first, one per request;
``Server.calls`` are the requests that came; ``Server.bytes_processed`` is what a dry run says.
"""

import gzip
import http.server
import json
import re
import tempfile
import threading
import urllib.parse
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import sqlglot

from tests.peers.bigquery_types import (
    PARTITION_TIME,
    bind_parameters,
    column_type,
    describe_column,
    encode_value,
    translate_query,
)


class Fault(Exception):
    """An error answer: status, BigQuery's reason and a message."""

    def __init__(self, status: int, reason: str, message: str = "injected") -> None:
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message


class Server(http.server.ThreadingHTTPServer):
    """The stand-in on a free port of this machine; a context manager."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.connection = duckdb.connect()
        self.connection.execute("set timezone = 'UTC'")
        self.lock = threading.RLock()
        self.tables: dict[tuple[str, str], dict[str, Any]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.faults: list[Fault] = []
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.bytes_processed = 1024
        self.page_rows = 100_000

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> "Server":
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()
        self.connection.close()

    def create_table(
        self,
        dataset: str,
        table: str,
        fields: list[dict[str, Any]],
        partition_field: str | None = None,
        kept_days: int | None = None,
    ) -> None:
        """A table partitioned by day: by a column of it, else by the time of ingestion (a pseudo column).

        ``kept_days`` is what the table says of itself; `drop_partitions` does it.
        """
        columns = [f'"{field["name"]}" {column_type(field)}' for field in fields]
        if partition_field is None:
            columns.append(f'"{PARTITION_TIME}" TIMESTAMPTZ')
        partitioning = {"type": "DAY", **({"field": partition_field} if partition_field else {})}
        if kept_days is not None:
            partitioning["expirationMs"] = str(kept_days * 86_400_000)
        with self.lock:
            self.connection.execute(f'create schema if not exists "{dataset}"')
            self.connection.execute(f'create or replace table "{dataset}"."{table}" ({", ".join(columns)})')
            self.tables[dataset, table] = {
                "schema": {"fields": fields},
                "timePartitioning": partitioning,
                "numRows": "0",
                "lastModifiedTime": "1777000000000",
            }

    def insert_rows(
        self, dataset: str, table: str, rows: list[dict[str, Any]], partition_time: str | None = None
    ) -> None:
        """Append rows given as JSON values; ``partition_time`` is the day they arrive (None: just streamed in)."""
        resource = self.tables[dataset, table]
        fields = resource["schema"]["fields"]
        columns = ", ".join(f"'{field['name']}': '{column_type(field)}'" for field in fields)
        if "field" not in resource["timePartitioning"]:
            columns += f", '{PARTITION_TIME}': 'TIMESTAMPTZ'"
            rows = [{**row, PARTITION_TIME: partition_time} for row in rows]
        with tempfile.TemporaryDirectory() as folder, self.lock:
            path = Path(folder) / "rows.json"
            path.write_text("\n".join(json.dumps(row) for row in rows))
            self.connection.execute(
                f'insert into "{dataset}"."{table}" by name select * from '
                f"read_json('{path}', format='newline_delimited', columns={{{columns}}})"
            )
            resource["numRows"] = str(int(resource["numRows"]) + len(rows))
            resource["lastModifiedTime"] = str(int(resource["lastModifiedTime"]) + 1000)

    def drop_partitions(self, dataset: str, table: str, before: str) -> None:
        """The partitions of days before that one are gone, as when their time is over."""
        resource = self.tables[dataset, table]
        column = resource["timePartitioning"].get("field", PARTITION_TIME)
        with self.lock:
            self.connection.execute(f'delete from "{dataset}"."{table}" where "{column}" < \'{before}\'')
            (left,) = self.connection.execute(f'select count(*) from "{dataset}"."{table}"').fetchall()[0]
            resource["numRows"] = str(left)
            resource["lastModifiedTime"] = str(int(resource["lastModifiedTime"]) + 1000)

    def queries(self) -> list[str]:
        """The queries that really ran (no dry runs), in order."""
        jobs = [
            body["configuration"] for method, path, body in self.calls if method == "POST" and path.endswith("/jobs")
        ]
        return [job["query"]["query"] for job in jobs if not job.get("dryRun")]


class Handler(http.server.BaseHTTPRequestHandler):
    """One request: faults first, then the routes."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every answer costs 40 ms

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        options = dict(urllib.parse.parse_qsl(url.query))
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.headers.get("content-encoding") == "gzip":
            raw = gzip.decompress(raw)
        body = json.loads(raw) if raw else {}
        self.server.calls.append((self.command, url.path, body))
        try:
            if self.server.faults:
                raise self.server.faults.pop(0)
            with self.server.lock:
                self._answer(200, self._route(url.path, options, body))
        except Fault as fault:
            self._refuse(fault)
        except (duckdb.Error, sqlglot.errors.SqlglotError) as error:
            self._refuse(Fault(400, "invalidQuery", str(error)))

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _refuse(self, fault: Fault) -> None:
        error = {"code": fault.status, "message": fault.message}
        self._answer(fault.status, {"error": {**error, "errors": [{"reason": fault.reason, "message": fault.message}]}})

    def _route(self, path: str, options: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        server = self.server
        if match := re.search(r"/projects/([^/]+)/datasets/([^/]+)/tables/([^/]+)$", path):
            return self._describe_table(*(urllib.parse.unquote(part) for part in match.groups()))
        if match := re.search(r"/projects/([^/]+)/jobs$", path):
            return _publish(self._run_job(match[1], body))
        if match := re.search(r"/jobs/([^/]+)$", path):
            return _publish(server.jobs[match[1]])
        if match := re.search(r"/queries/([^/]+)$", path):
            return self._page(server.jobs[match[1]], options)
        raise Fault(404, "notFound", f"the stand-in has no {path}")

    def _describe_table(self, project: str, dataset: str, table: str) -> dict[str, Any]:
        resource = self.server.tables.get((dataset, table))
        if resource is None:
            raise Fault(404, "notFound", f"Not found: Table {project}:{dataset}.{table}")
        reference = {"projectId": project, "datasetId": dataset, "tableId": table}
        return {"kind": "bigquery#table", "type": "TABLE", "tableReference": reference, **resource}

    def _run_job(self, project: str, body: dict[str, Any]) -> dict[str, Any]:
        server, configuration = self.server, body["configuration"]
        name = body.get("jobReference", {}).get("jobId") or str(uuid.uuid4())
        reference = {"projectId": project, "jobId": name, "location": "US"}
        size = str(server.bytes_processed)
        job: dict[str, Any] = {
            "kind": "bigquery#job",
            "id": f"{project}:US.{name}",
            "jobReference": reference,
            "status": {"state": "DONE"},
            "configuration": {"jobType": "QUERY", **configuration},
            "statistics": {"totalBytesProcessed": size, "query": {"totalBytesProcessed": size}},
        }
        query = configuration["query"]
        partitioned = {key for key, table in server.tables.items() if "field" not in table["timePartitioning"]}
        missing = [f"{t.db}.{t.name}" for t in _tables_of(query["query"]) if (t.db, t.name) not in server.tables]
        if missing:
            raise Fault(404, "notFound", f"Not found: Table {missing[0]}")
        sql, values = bind_parameters(translate_query(query["query"], partitioned), query.get("queryParameters", []))
        if configuration.get("dryRun"):
            return job
        if int(query.get("maximumBytesBilled", server.bytes_processed)) < server.bytes_processed:
            raise Fault(400, "bytesBilledLimitExceeded", "Query exceeded limit for bytes billed")
        cursor = server.connection.execute(sql, values) if values else server.connection.execute(sql)
        fields = [describe_column(column[0], column[1]) for column in cursor.description or []]
        rows = cursor.fetchall()
        destination = {"projectId": project, "datasetId": "_anon", "tableId": f"t{name.replace('-', '')}"}
        job["configuration"]["query"] = {**query, "destinationTable": destination}
        job["_fields"] = fields
        job["_rows"] = [{"f": [{"v": encode_value(v, f)} for v, f in zip(row, fields, strict=True)]} for row in rows]
        server.jobs[name] = job
        return job

    def _page(self, job: dict[str, Any], options: dict[str, str]) -> dict[str, Any]:
        rows = job["_rows"]
        start = int(options.get("pageToken") or options.get("startIndex") or 0)
        count = min(int(options.get("maxResults", self.server.page_rows)), self.server.page_rows)
        page: dict[str, Any] = {
            "kind": "bigquery#getQueryResultsResponse",
            "jobComplete": True,
            "jobReference": job["jobReference"],
            "schema": {"fields": job["_fields"]},
            "totalRows": str(len(rows)),
            "totalBytesProcessed": str(self.server.bytes_processed),
            "cacheHit": False,
        }
        if count:  # the real service leaves the rows out when none are asked for; an empty list would end the paging
            page["rows"] = rows[start : start + count]
            if start + count < len(rows):
                page["pageToken"] = str(start + count)
        return page


def _publish(job: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in job.items() if not key.startswith("_")}


def _tables_of(query: str) -> list[sqlglot.exp.Table]:
    return [table for table in sqlglot.parse_one(query, read="bigquery").find_all(sqlglot.exp.Table) if table.db]
