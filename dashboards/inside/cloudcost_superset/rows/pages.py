"""What the pages of whoever asks show of a dataset, read from Superset's own tables every few seconds."""

import json
import time
from collections.abc import Callable
from typing import Any

from flask import g

from cloudcost_superset.rows.permitted import ChartQuery, Known, Pages, RefusedQueryError, describe_chart

#: Seconds after which an edit of a page counts.
SECONDS = 5.0
#: The charts of many pages are remembered at most; then all are read anew.
MOST = 2000
_REMEMBERED: dict[tuple[Any, ...], tuple[float, Any]] = {}


def known_of(dataset: Any, dialect: str) -> Known:
    """Columns and metrics of a dataset, and the conditions of its charts."""

    def read() -> Known:
        from superset.extensions import db
        from superset.models.slice import Slice

        charts = db.session.query(Slice).filter_by(datasource_id=dataset.id, datasource_type="table")
        described = [chart_query for chart in charts if (chart_query := _describe(chart, dialect))]
        return Known(
            frozenset(column.column_name for column in dataset.columns),
            frozenset(metric.metric_name for metric in dataset.metrics),
            frozenset(chart_query.conditions for chart_query in described),
            frozenset(dataset.dttm_cols),
            dataset.main_dttm_col,
        )

    found: Known = _remember(("known", dataset.id, dialect), read)
    return found


def pages_of(dataset: Any, dialect: str) -> Pages:
    """What the pages ask of a dataset that whoever asks may open: by their roles, or by their guest token."""
    user = g.user
    if getattr(user, "is_guest_user", False):
        key: tuple[Any, ...] = ("guest", *sorted(str(resource["id"]) for resource in user.resources))
    else:
        key = ("roles", *sorted(role.id for role in _security().get_user_roles(user)))
    found: Pages = _remember((dataset.id, dialect, *key), lambda: _read_pages(dataset, dialect))
    return found


def _read_pages(dataset: Any, dialect: str) -> Pages:
    pages = Pages()
    for page in _dashboards():
        charts = [
            chart for chart in page.slices if (chart.datasource_id, chart.datasource_type) == (dataset.id, "table")
        ]
        pages.charts += [chart_query for chart in charts if (chart_query := _describe(chart, dialect))]
        settings = json.loads(page.json_metadata or "{}")
        for native in settings.get("native_filter_configuration") or []:
            for target in native.get("targets") or []:
                if name := (target.get("column") or {}).get("name"):
                    pages.filters.add(name)
    return pages


def _dashboards() -> list[Any]:
    """The published pages that whoever asks may open."""
    from superset.daos.dashboard import EmbeddedDashboardDAO
    from superset.extensions import db
    from superset.models.dashboard import Dashboard

    user = g.user
    if getattr(user, "is_guest_user", False):
        embedded = [EmbeddedDashboardDAO.find_by_id(str(resource["id"])) for resource in user.resources]
        return [found.dashboard for found in embedded if found]
    roles = {role.id for role in _security().get_user_roles(user)}
    published = db.session.query(Dashboard).filter(Dashboard.published.is_(True))
    return [page for page in published if roles & {role.id for role in page.roles}]


def _describe(chart: Any, dialect: str) -> ChartQuery | None:
    """The chart's query; none of one whose own condition cannot be understood."""
    try:
        return describe_chart(json.loads(chart.params or "{}"), json.loads(chart.query_context or "{}"), dialect)
    except (RefusedQueryError, ValueError, KeyError, TypeError):
        return None


def _remember(key: tuple[Any, ...], read: Callable[[], Any]) -> Any:
    until, found = _REMEMBERED.get(key, (0.0, None))
    if until < time.monotonic():
        if len(_REMEMBERED) > MOST:
            _REMEMBERED.clear()
        found = read()
        _REMEMBERED[key] = (time.monotonic() + SECONDS, found)
    return found


def _security() -> Any:
    from superset import security_manager

    return security_manager
