"""Who may do and see what in Superset: our roles with their permissions and dashboards, and row-level security."""

from typing import Any

from cloudcost_superset.people import ROLE_PREFIX, SCOPE_PREFIX

#: What each role may do beside reading the datasets of its dashboards: permissions of Superset by what they are on.
READING = """
    Dashboard: can_read can_view_chart_as_table
    Chart: can_read
    Dataset: can_read can_get_drill_info
    Explore: can_read
    Superset: can_explore_json can_slice can_dashboard can_dashboard_permalink can_log can_language_pack
    Datasource: can_get
    DashboardFilterStateRestApi: can_read can_write
    DashboardPermalinkRestApi: can_read can_write
    ExploreFormDataRestApi: can_read can_write
    EmbeddedDashboard: can_read
    Api: can_time_range can_query_form_data
    AdvancedDataType: can_read
    CurrentUserRestApi: can_read
    SecurityRestApi: can_read
    MenuApi: can_get
    Theme: can_read
    Log: can_recent_activity
"""
PERSON = """
    Home: menu_access
    Dashboards: menu_access
    UserDBModelView: can_userinfo resetmypassword
    ResetMyPasswordView: can_this_form_get can_this_form_post
"""
EXPORTING = """
    Superset: can_csv can_explore
    Dashboard: can_view_query can_drill
"""
REPORTING = """
    ReportSchedule: can_read can_write
    Manage: menu_access
    Alerts & Report: menu_access
    Charts: menu_access
"""
PERMISSIONS = {
    "viewer": (READING, PERSON),
    "team": (READING, PERSON, EXPORTING),
    "finance": (READING, PERSON, EXPORTING, REPORTING),
    "guest": (READING,),
    "none": (),
}


def ensure_roles(access: dict[str, Any], settings: dict[str, Any]) -> None:
    """Our roles with exactly their permissions, and each dashboard for exactly its roles."""
    from superset import db, security_manager
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.dashboard import Dashboard

    datasets = {dataset.table_name: dataset for dataset in db.session.query(SqlaTable)}
    for role_name, permissions in PERMISSIONS.items():
        role = security_manager.add_role(ROLE_PREFIX + role_name)
        pairs = [pair for text in permissions for pair in parse_permissions(text)]
        found = {pair: security_manager.find_permission_view_menu(*pair) for pair in pairs}
        unknown = sorted(pair for pair, view in found.items() if view is None)
        if unknown:
            raise RuntimeError(f"this Superset has no such permissions: {unknown}")
        role.permissions = [*found.values()] + [
            security_manager.add_permission_view_menu("datasource_access", datasets[name].perm)
            for name in access["datasets"].get(role_name, [])
        ]
    for scope in settings["scopes"]:
        security_manager.add_role(SCOPE_PREFIX + scope["name"])
    for dashboard in db.session.query(Dashboard):
        roles = access["dashboards"].get(dashboard.slug)
        if roles:
            dashboard.roles = [security_manager.find_role(ROLE_PREFIX + role) for role in roles] + [
                security_manager.find_role("Admin")
            ]


def parse_permissions(text: str) -> list[tuple[str, str]]:
    """(permission, what it is on) of lines like ``Dashboard: can_read can_drill``."""
    lines = (line.partition(":") for line in text.strip().splitlines())
    return [(name, view.strip()) for view, _, names in lines for name in names.split()]


def ensure_row_level_security(access: dict[str, Any], settings: dict[str, Any]) -> None:
    """People of role team see no row of any dataset but those that a scope of theirs lets through.

    A `Base` rule holds for everybody who is not excepted, so that a dataset without a rule of its own, or a person
    without a scope, shows nothing rather than everything. Scopes of one person add up: they share one group.
    """
    from superset import db, security_manager
    from superset.connectors.sqla.models import RowLevelSecurityFilter, SqlaTable

    # what an administrator adds is theirs to make a rule for; of two of one name, ours is the older
    ours = set[str]().union(*access["datasets"].values())
    known_datasets = db.session.query(SqlaTable).order_by(SqlaTable.id.desc())
    datasets = {dataset.table_name: dataset for dataset in known_datasets if dataset.table_name in ours}
    scopes = {scope["name"]: security_manager.find_role(SCOPE_PREFIX + scope["name"]) for scope in settings["scopes"]}
    # guests are held by the rules of their token, without which they get none
    names = ("Admin", "cloudcost_viewer", "cloudcost_finance", "cloudcost_guest")
    unrestricted = [security_manager.find_role(name) for name in names]
    wanted: dict[str, tuple[str, str, list[Any], list[Any]]] = {
        "cloudcost: nothing without a scope": (
            "Base",
            "1 = 0",
            [*unrestricted, *scopes.values()],
            list(datasets.values()),
        )
    }
    for scope in settings["scopes"]:
        by_clause: dict[str, list[Any]] = {}
        for name, dataset in datasets.items():
            by_clause.setdefault(settings["row_rules"][scope["name"]][name], []).append(dataset)
        for number, (clause, tables) in enumerate(sorted(by_clause.items())):
            wanted[f"cloudcost: {scope['name']} {number}"] = ("Regular", clause, [scopes[scope["name"]]], tables)
    known = {rule.name: rule for rule in db.session.query(RowLevelSecurityFilter)}
    for name, (kind, clause, roles, tables) in wanted.items():
        rule = known.pop(name, None) or RowLevelSecurityFilter(name=name)
        rule.filter_type, rule.clause, rule.roles, rule.tables = kind, clause, roles, tables
        rule.group_key = None if kind == "Base" else "scope"
        db.session.add(rule)
    for name, rule in known.items():
        if name.startswith("cloudcost: "):
            db.session.delete(rule)
    db.session.flush()
