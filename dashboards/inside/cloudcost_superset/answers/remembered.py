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
import threading
import time
from datetime import UTC, datetime
from typing import Any

from flask import Response, current_app, g, request

from cloudcost_superset.answers.recent import keep_request
from cloudcost_superset.audit import is_view
from cloudcost_superset.publications import published_version

#: The header of an answer that was remembered.
REMEMBERED = "X-Cloudcost-Remembered"
#: Seconds after which an edit of a chart, a dataset, a rule, a role's permission is seen.
EDITS_SECONDS = 5.0
#: Superset's tables that an answer depends on.
EDITED = (
    "slices", "dashboards", "dashboard_slices", "dashboard_roles", "tables", "table_columns", "sql_metrics", "dbs",
    "row_level_security_filters", "rls_filter_roles", "rls_filter_tables",
)  # fmt: skip
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
        if g.answer_key is None or is_forced():
            return None
        content = cache_manager.data_cache.get(g.answer_key)
        if content is None:
            return None
        g.answer_key = None
        keep_request()
        log_view(round((time.perf_counter() - began) * 1000))
        return Response(content, mimetype="application/json", headers={REMEMBERED: "yes"})

    @app.after_request
    def keep(answer: Response) -> Response:
        from superset.extensions import cache_manager

        key = g.pop("answer_key", None)
        if key and answer.status_code == 200 and answer.mimetype == "application/json" and not answer.is_streamed:
            keep_request()
            # made while something was edited, it would be remembered as an answer of before
            if edits.are_still(g.edited):
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


def key_of_request(edits: "Edits") -> str | None:
    """Names the answer to this request of this person; None where it is not to be remembered."""
    user = person()
    if user is None:
        return None
    security = current_app.appbuilder.sm  # type: ignore[attr-defined]
    roles = frozenset(role.id for role in security.get_user_roles(user))
    edited, owners = edits.now()
    g.edited = edited
    if user.id in owners:
        return None
    parts = [
        request.endpoint, request.full_path, request.get_data(cache=True).decode("utf-8", "replace"), edited,
        published_version(), sorted(roles), security.digest_permissions(roles),
        datetime.now(UTC).date().isoformat(),  # a query may mean "last month"
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
            return None  # Superset states what is wrong with the token
    user = g.user
    is_person = user.is_authenticated and user.is_active and not getattr(user, "is_guest_user", False)
    return user if is_person else None


def is_forced() -> bool:
    """Whether the answer has to be made anew."""
    body = request.get_json(silent=True) if request.is_json else None
    return bool((body or {}).get("force")) or request.args.get("force", "").lower() in ("true", "1")


class Edits:
    """What stands in Superset itself, and who owns something there; read every few seconds.

    By content: numbers of rows and dates of changes stay as they are where a row is edited past Superset, exchanged,
    or put back with the date that it had.
    """

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

    def are_still(self, digest: str) -> bool:
        """Whether nothing was edited since the digest, read anew."""
        with self._lock:
            self._known = self._read()
            self._until = time.monotonic() + EDITS_SECONDS
            return self._known[0] == digest

    def _read(self) -> tuple[str, frozenset[int]]:
        from superset.extensions import db

        digest = hashlib.sha256()
        # a connection of its own: as it is now, whatever the request's transaction has seen; and the driver's, because
        # SQLAlchemy takes three times as long to hand the rows on
        with contextlib.closing(db.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            for name in EDITED:
                cursor.execute(f"select * from {name} order by 1, 2")  # noqa: S608
                columns = [column[0] for column in cursor.description]
                digest.update(json.dumps([name, columns, cursor.fetchall()], default=to_text).encode())
            owners: set[int] = set()
            for name in OWNERS:
                cursor.execute(f"select user_id from {name}")  # noqa: S608
                owners |= {owner for (owner,) in cursor.fetchall()}
        return digest.hexdigest(), frozenset(owners)


def to_text(value: Any) -> str:
    """A value of a driver that JSON does not know: bytes, which PostgreSQL's hands on as a view, or a date."""
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)
