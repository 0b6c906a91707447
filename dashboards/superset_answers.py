"""Answers to charts, remembered as they were sent.

Superset remembers a query's rows, and still spends thirty milliseconds around them: who asks, which chart, which
columns, may they, the same rows as JSON again. An answer depends on the request, on the roles of whoever asks, on what
was published, and on the day; these are the key here, so that people of the same roles share it, and others never do.

Not remembered: what guests ask, what somebody who owns a chart, dataset or dashboard asks (owners may see more than
their roles say), files, errors, and anything at all where datasets or rules may hold templates.
"""

import contextlib
import hashlib
import json
import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Response, current_app, g, request
from superset_audit import is_view
from superset_parts import published_version

#: The header of an answer that was remembered.
REMEMBERED = "X-Cloudcost-Remembered"
#: Seconds after which an edit of a chart, a dataset, a rule, a role's permission is seen.
EDITS_SECONDS = 5.0
#: A question that was kept this lately is not written again.
ASKED_ANEW_SECONDS = 60.0
EDITED = ("slices", "dashboards", "tables", "table_columns", "sql_metrics", "dbs", "row_level_security_filters")
LINKS = {
    "rls_filter_roles": ("role_id", "rls_filter_id"),
    "rls_filter_tables": ("table_id", "rls_filter_id"),
    "dashboard_roles": ("dashboard_id", "role_id"),
}
OWNERS = ("slice_user", "sqlatable_user", "dashboard_user")


def remember_answers(app: Any) -> None:
    """Put the memory before the two routes by which pages ask for what charts show.

    Superset's own checks before a request (the token against forgery, who signed in) come first.
    """
    from superset import feature_flag_manager

    if feature_flag_manager.is_feature_enabled("ENABLE_TEMPLATE_PROCESSING"):
        return
    edits = Edits()

    @app.before_request
    def give_remembered() -> Response | None:
        from superset.extensions import cache_manager

        began = time.perf_counter()
        g.answer_key = key_of_request(edits) if is_view() else None
        if g.answer_key is None:
            return None
        keep_question()
        if is_forced():
            return None
        content = cache_manager.data_cache.get(g.answer_key)
        if content is None:
            return None
        g.answer_key = None
        log_view(round((time.perf_counter() - began) * 1000))
        return Response(content, mimetype="application/json", headers={REMEMBERED: "yes"})

    @app.after_request
    def keep(answer: Response) -> Response:
        from superset.extensions import cache_manager

        key = g.pop("answer_key", None)
        if key and answer.status_code == 200 and answer.mimetype == "application/json" and not answer.is_streamed:
            cache_manager.data_cache.set(key, answer.get_data())
        return answer


def log_view(milliseconds: int) -> None:
    """A remembered answer is a view like any other."""
    from superset.extensions import event_logger

    event_logger.log(
        g.user.id, "ChartDataRestApi.data", dashboard_id=None, duration_ms=milliseconds,
        slice_id=(request.view_args or {}).get("pk"), referrer=None, curated_payload=None, curated_form_data=None,
        records=[{"path": request.path, "remembered": True}],
    )  # fmt: skip


def asked_folder() -> Path:
    """Where questions are kept for `superset_warm`."""
    return Path(os.environ["CLOUDCOST_DASHBOARDS_HOME"]) / "cache" / "asked"


def keep_question() -> None:
    """Keep what was asked, so that it is answered of the next publication before that is current."""
    if os.environ.get("CLOUDCOST_WARMING"):
        return
    body = request.get_data(as_text=True)
    parts = [request.full_path, body, sorted(role.id for role in g.user.roles)]
    path = asked_folder() / f"{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}.json"
    with contextlib.suppress(FileNotFoundError):
        if time.time() - path.stat().st_mtime < ASKED_ANEW_SECONDS:
            return
    question = {"user_id": g.user.id, "method": request.method, "path": request.full_path, "body": body,
                "content_type": request.content_type}  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{threading.get_ident()}-{os.getpid()}")
    unfinished.write_text(json.dumps(question))
    unfinished.replace(path)


def key_of_request(edits: "Edits") -> str | None:
    """Names the answer to this request of this person; None where it is not to be remembered."""
    user = person()
    if user is None:
        return None
    security = current_app.appbuilder.sm  # type: ignore[attr-defined]
    roles = frozenset(role.id for role in security.get_user_roles(user))
    edited, owners = edits.now()
    if user.id in owners:
        return None
    parts = [
        request.endpoint, request.full_path, request.get_data(cache=True).decode("utf-8", "replace"), edited,
        published_version(), sorted(roles), security.digest_permissions(roles),
        datetime.now(UTC).date().isoformat(),  # a question may say "last month"
    ]  # fmt: skip
    return "answer_" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def person() -> Any:
    """Whoever signed in, by cookie or by token; None for guests and strangers."""
    from flask_jwt_extended import verify_jwt_in_request
    from flask_login import current_user

    if not current_user.is_authenticated:
        if "Authorization" not in request.headers:
            return None
        try:
            verify_jwt_in_request()  # sets g.user
        except Exception:
            return None  # Superset says what is wrong with the token
    user = g.user
    is_person = user.is_authenticated and user.is_active and not getattr(user, "is_guest_user", False)
    return user if is_person else None


def is_forced() -> bool:
    """Whether the answer has to be made anew."""
    body = request.get_json(silent=True) if request.is_json else None
    return bool((body or {}).get("force")) or request.args.get("force", "").lower() in ("true", "1")


class Edits:
    """What was last changed in Superset itself, and who owns something there; read every few seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self._known: tuple[str, frozenset[int]] = ("", frozenset())

    def now(self) -> tuple[str, frozenset[int]]:
        """A digest of all that an answer depends on, and the ids of the owners."""
        with self._lock:
            if self._until < time.monotonic():
                self._known = self._read()
                self._until = time.monotonic() + EDITS_SECONDS
            return self._known

    def _read(self) -> tuple[str, frozenset[int]]:
        from sqlalchemy import func, select, table
        from sqlalchemy.sql import column
        from superset.extensions import db

        found: list[Any] = []
        for name in EDITED:
            found += db.session.execute(select(func.count(), func.max(column("changed_on"))).select_from(table(name)))
        for name, columns in LINKS.items():
            chosen: list[Any] = [column(c) for c in columns]
            found += db.session.execute(select(*chosen).select_from(table(name)).order_by(*chosen))
        owners = {
            owner
            for name in OWNERS
            for (owner,) in db.session.execute(select(column("user_id")).select_from(table(name)))
        }
        text = json.dumps([[str(value) for value in row] for row in found])
        return hashlib.sha256(text.encode()).hexdigest(), frozenset(owners)
