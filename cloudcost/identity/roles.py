"""What people may do: roles, the permissions that each has, and which rows of costs somebody with them sees.

One table for the command line, the API and the dashboards. A person has one role or several; what one of them may, the
person may. Approving is a role of its own: who administers does not approve by that.
"""

from collections.abc import Collection, Mapping
from typing import Literal, get_args

Role = Literal["viewer", "analyst", "team_lead", "approver", "admin"]
Permission = Literal[
    "see_costs",
    "see_charges",
    "export_costs",
    "see_operations",
    "handle_incidents",
    "see_proposals",
    "decide_proposals",
    "decide_savings",
    "stop_actions",
    "resume_actions",
    "change_settings",
    "see_audit",
    "manage_people",
    "own_keys",
]

ROLES: tuple[Role, ...] = get_args(Role)
PERMISSION_TEXTS: Mapping[Permission, str] = {
    "see_costs": "sums of costs, forecasts, budgets and anomalies",
    "see_charges": "single charges and resources",
    "export_costs": "costs as CSV and Parquet",
    "see_operations": "deliveries, reconciliation and incidents",
    "handle_incidents": "acknowledging and resolving incidents, and saying what an anomaly was",
    "see_proposals": "recommendations and proposals",
    "decide_proposals": "approving, rejecting and rolling back",
    "decide_savings": "accepting, dismissing and restoring findings of savings",
    "stop_actions": "stopping every execution",
    "resume_actions": "letting executions go on",
    "change_settings": "budgets, rules and thresholds",
    "see_audit": "the audit log",
    "manage_people": "people, their roles, and everybody's keys",
    "own_keys": "keys for machines that act as oneself",
}
_READER: frozenset[Permission] = frozenset({"see_costs", "own_keys"})
_WORKER: frozenset[Permission] = _READER | {"see_charges", "export_costs", "handle_incidents", "see_proposals"}
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    "viewer": _READER,
    "team_lead": _WORKER | {"decide_savings"},
    "analyst": _WORKER | {"see_operations"},
    "approver": _WORKER | {"see_operations", "decide_proposals", "decide_savings", "stop_actions"},
    "admin": frozenset(get_args(Permission)) - {"decide_proposals"},
}
#: What a machine never may, whoever made its key: a person decides.
FOR_PEOPLE_ONLY: frozenset[Permission] = frozenset(
    {"decide_proposals", "decide_savings", "manage_people", "own_keys", "resume_actions"}
)
#: Who has one of these sees every row, whatever scopes stand beside.
UNBOUND: frozenset[Role] = frozenset({"analyst", "admin"})
#: Roles that see only the rows of their scopes, and without a scope none.
BOUND: frozenset[Role] = frozenset({"team_lead"})


def permissions_of(roles: Collection[Role]) -> frozenset[Permission]:
    """What somebody with these roles may; nothing without a role."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))


def sees_all_rows(roles: Collection[Role], scopes: Collection[str]) -> bool:
    """Whether every row of costs is shown; else those of the scopes alone.

    An approver or a viewer sees all rows unless scopes are given; a team lead sees none without a scope.
    """
    found = set(roles)
    if found & UNBOUND:
        return True
    return bool(found) and not found & BOUND and not scopes
