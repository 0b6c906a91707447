"""Superset's action log: who signed in or was refused, who took a file, which charts were looked at.

An administrator reads it under Security, Action Log. Sign-ins and exports are written before they are answered, views
of charts together within a second: three commits for each chart would cost more than the chart.
"""

import atexit
import json
import logging
import os
import queue
import threading
import time
from datetime import UTC, datetime
from typing import Any

from flask import Response, current_app, has_request_context, request
from superset.utils.log import DBEventLogger

#: The requests by which a page asks for what its charts show.
VIEWS = ("ChartDataRestApi.data", "ChartDataRestApi.get_data")


class AuditLog(DBEventLogger):
    """Superset's log with the views of charts written together; all else at once."""

    def __init__(self) -> None:
        self._app: Any = None
        self._waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=self._start_anew)
        atexit.register(self.flush)

    def log(self, user_id: int | None, action: str, *args: Any, **fields: Any) -> None:
        """Keep one event; see `superset.utils.log.AbstractEventLogger`."""
        if os.environ.get("CLOUDCOST_WARMING"):
            return
        if not is_view():
            super().log(user_id, action, *args, **fields)
            return
        self._app = current_app._get_current_object()  # type: ignore[attr-defined]
        named = {name: fields.get(name) for name in ("dashboard_id", "slice_id", "duration_ms", "referrer")}
        common = {**named, "user_id": user_id, "action": action, "dttm": datetime.now(UTC).replace(tzinfo=None)}
        for record in fields.get("records") or []:
            self._waiting.put({**common, "json": json.dumps(record, default=str)})
        with self._lock:
            if self._writer is None:
                self._writer = threading.Thread(target=self._write, name="views", daemon=True)
                self._writer.start()

    def flush(self) -> None:
        """Write what waits; what cannot be written waits on."""
        from superset.extensions import db
        from superset.models.core import Log

        rows = [self._waiting.get() for _ in range(self._waiting.qsize())]
        if not rows:
            return
        try:
            with self._app.app_context():
                db.session.bulk_insert_mappings(Log, rows)
                db.session.commit()
        except Exception:
            for row in rows:
                self._waiting.put(row)
            raise

    def _write(self) -> None:
        while True:
            time.sleep(1)
            try:
                self.flush()
            except Exception:
                logging.getLogger(__name__).exception("views of charts could not be logged")

    def _start_anew(self) -> None:
        self._waiting, self._writer, self._lock = queue.SimpleQueue(), None, threading.Lock()


def requested_chart() -> dict[str, Any]:
    """What a request for a chart's data names; a page sends it as JSON, its export as a form."""
    text = request.form.get("form_data")
    body = request.get_json(silent=True) if request.is_json else json.loads(text) if text else None
    return body if isinstance(body, dict) else {}


def is_view() -> bool:
    """Whether a page asks for what a chart shows, rather than somebody for a file, or for anything else."""
    if not has_request_context() or request.endpoint not in VIEWS or request.form:
        return False
    return (request.args.get("format") or requested_chart().get("result_format")) in (None, "json")


def note(action: str, user_id: int | None, **details: Any) -> None:
    """Write one event at once, with the address that the request came from."""
    from superset.extensions import event_logger

    address = request.remote_addr if has_request_context() else None
    event_logger.log(
        user_id, action, dashboard_id=None, duration_ms=None, slice_id=None, referrer=None,
        curated_payload=None, curated_form_data=None, records=[{**details, "address": address}],
    )  # fmt: skip


def note_exports(app: Any) -> None:
    """An event ``export`` for every answer that is a file, whichever way it was requested."""

    @app.after_request
    def note_export(response: Response) -> Response:
        disposition = response.headers.get("Content-Disposition", "")
        if response.status_code == 200 and disposition.startswith("attachment"):
            from superset.utils.core import get_user_id

            requested = requested_chart() if request.endpoint in VIEWS else {}
            note(
                "export",
                get_user_id(),
                path=request.path,
                type=response.mimetype,
                file=disposition.partition("filename=")[2].strip('"'),
                datasource=requested.get("datasource"),
                chart=(requested.get("form_data") or {}).get("slice_id"),
            )
        return response
