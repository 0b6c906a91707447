"""Guests of sites that embed pages."""

from typing import Any


def guards_every_row(token: dict[str, Any]) -> bool:
    """Whether a guest token has a row-level rule for every dataset behind it; one without would show everything.

    A rule that names no dataset holds for all of them.
    """
    from superset.daos.dashboard import EmbeddedDashboardDAO

    guarded = {rule.get("dataset") for rule in token.get("rls", []) if rule.get("clause", "").strip()}
    if None in guarded:
        return True
    read: set[int] = set()
    for resource in token["resources"]:
        embedded = EmbeddedDashboardDAO.find_by_id(resource["id"])
        if embedded is None:
            return False
        read |= {chart.datasource_id for chart in embedded.dashboard.slices}
    return bool(read) and read <= guarded
