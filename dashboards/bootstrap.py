"""Brings one Superset up to the present: schema, roles, people, dashboards, row-level security. Runs in Superset's
environment, any number of times: `python -m dashboards.bootstrap BUNDLE`, configured by SUPERSET_CONFIG_PATH.
"""

import contextlib
import json
import logging
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import yaml

sys.path.append(str(Path(__file__).resolve().parent))
from superset_parts import ROLE_PREFIX, SCOPE_PREFIX, roles_of

#: What each role may do, as (permission, view) of Superset, beside reading the datasets of its dashboards.
READING = (
    ("can_read", "Dashboard"), ("can_read", "Chart"), ("can_read", "Dataset"), ("can_read", "Explore"),
    ("can_explore_json", "Superset"), ("can_slice", "Superset"), ("can_dashboard", "Superset"), ("can_log", "Superset"),
    ("can_read", "DashboardFilterStateRestApi"), ("can_write", "DashboardFilterStateRestApi"),
    ("can_read", "DashboardPermalinkRestApi"), ("can_write", "DashboardPermalinkRestApi"),
    ("can_read", "ExploreFormDataRestApi"), ("can_write", "ExploreFormDataRestApi"),
    ("can_get", "Datasource"), ("can_external_metadata", "Datasource"), ("can_get_drill_info", "Dataset"),
    ("can_read", "CurrentUserRestApi"), ("can_recent_activity", "Log"), ("can_get_or_create_dataset", "Dataset"),
    ("can_time_range", "Api"), ("can_query_form_data", "Api"), ("can_read", "AdvancedDataType"),
    ("menu_access", "Dashboards"), ("menu_access", "Home"), ("can_view_chart_as_table", "Dashboard"),
    ("can_read", "SecurityRestApi"), ("can_read", "Theme"), ("can_get", "OpenApi"), ("can_get", "MenuApi"),
    ("can_userinfo", "UserOAuthModelView"), ("can_userinfo", "UserDBModelView"), ("resetmypassword", "UserDBModelView"),
    ("can_this_form_get", "ResetMyPasswordView"), ("can_this_form_post", "ResetMyPasswordView"),
)  # fmt: skip
EXPORTING = (
    ("can_csv", "Superset"), ("can_export", "Chart"), ("can_export_data", "Superset"), ("can_export_image", "Superset"),
    ("can_copy_clipboard", "Superset"), ("can_view_query", "Dashboard"), ("can_drill", "Dashboard"),
    ("can_tag", "Dashboard"),
)  # fmt: skip
PERMISSIONS = {
    "viewer": READING,
    "team": (*READING, *EXPORTING),
    "finance": (*READING, *EXPORTING, ("can_read", "ReportSchedule"), ("can_write", "ReportSchedule"),
                ("menu_access", "Alerts & Report"), ("menu_access", "Manage"), ("menu_access", "Charts")),
    "guest": tuple(p for p in READING if p[0] != "can_get_or_create_dataset"),
    "none": (),
}  # fmt: skip


def main() -> int:
    """Bootstrap; prints the passwords it made, once."""
    bundle = Path(sys.argv[1])
    logging.disable(logging.WARNING)
    from superset.app import create_app

    app = create_app()
    with app.app_context():
        upgrade_metadata()
        made = bootstrap(
            bundle, json.loads((Path(os.environ["CLOUDCOST_DASHBOARDS_HOME"]) / "settings.json").read_text())
        )
    for name, password in made:
        print(f"  {name}  {password}")
    return 0


def upgrade_metadata() -> None:
    """Superset's own tables, at the version of the installed package."""
    import superset
    from flask_migrate import upgrade

    with (Path(os.environ["CLOUDCOST_DASHBOARDS_HOME"]) / "logs" / "upgrade.log").open("a") as log:
        with contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
            upgrade(directory=str(Path(superset.__file__).parent / "migrations"))


def bootstrap(bundle: Path, settings: dict[str, Any]) -> list[tuple[str, str]]:
    """Roles, dashboards, row-level security and people; returns the names and passwords of the people it made."""
    from superset import db, security_manager

    security_manager.sync_role_definitions()
    made = ensure_admin()
    import_bundle(bundle, settings)
    access = yaml.safe_load((bundle / "access.yaml").read_text())
    ensure_roles(access, settings)
    ensure_row_level_security(access, settings)
    if not settings["oidc"]:
        made += ensure_people(settings)
    db.session.commit()
    return made


def ensure_admin() -> list[tuple[str, str]]:
    """The first administrator, made once; reports are drawn on their behalf."""
    return add_person("admin", "admin@cloudcost.invalid", ["Admin"])


def ensure_people(settings: dict[str, Any]) -> list[tuple[str, str]]:
    """The people of the configuration with the roles it gives; whoever was removed from it can sign in no more."""
    from superset import security_manager

    made = []
    listed = {p["email"].lower(): p for p in settings["people"]}
    for email, person in listed.items():
        made += add_person(email, email, roles_of(person["role"], person["scopes"]))
    for user in security_manager.get_all_users():
        if user.username != "admin":
            user.active = user.username in listed
    return made


def add_person(username: str, email: str, role_names: list[str]) -> list[tuple[str, str]]:
    """Somebody with exactly these roles; the name and password when they are new."""
    from superset import security_manager

    roles = [security_manager.find_role(name) for name in role_names]
    user = security_manager.find_user(username=username)
    if user:
        user.roles, user.active = roles, True
        return []
    password = secrets.token_urlsafe(12)
    first = username.partition("@")[0].capitalize()
    if not security_manager.add_user(username, first, "", email, roles, password=password):
        raise RuntimeError(f"{username} cannot be added to Superset")
    return [(username, password)]


def import_bundle(bundle: Path, settings: dict[str, Any]) -> None:
    """Import all assets over what is there, with the installation's own warehouse address."""
    from flask import g
    from superset import security_manager
    from superset.commands.importers.v1.assets import ImportAssetsCommand

    g.user = security_manager.find_user(username="admin")
    contents = {}
    for path in sorted(bundle.rglob("*.yaml")):
        name = path.relative_to(bundle).as_posix()
        if name == "access.yaml":
            continue
        text = path.read_text()
        if name.startswith("databases/"):
            text = yaml.safe_dump({**yaml.safe_load(text), "sqlalchemy_uri": os.environ["CLOUDCOST_SERVING_URI"]})
        contents[name] = text
    ImportAssetsCommand(contents).run()


def ensure_roles(access: dict[str, Any], settings: dict[str, Any]) -> None:
    """Our roles with exactly their permissions, and each dashboard for exactly its roles."""
    from superset import db, security_manager
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.dashboard import Dashboard

    datasets = {dataset.table_name: dataset for dataset in db.session.query(SqlaTable)}
    for role_name, permissions in PERMISSIONS.items():
        role = security_manager.add_role(ROLE_PREFIX + role_name)
        wanted = [security_manager.find_permission_view_menu(*pair) for pair in permissions]
        role.permissions = [view for view in wanted if view is not None] + [
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


def ensure_row_level_security(access: dict[str, Any], settings: dict[str, Any]) -> None:
    """People of role team, and guests, see no row of any dataset but those that a scope of theirs lets through.

    A `Base` rule holds for everybody who is not excepted, so that a dataset without a rule of its own, or a person
    without a scope, shows nothing rather than everything. Scopes of one person add up: they share one group.
    """
    from superset import db, security_manager
    from superset.connectors.sqla.models import RowLevelSecurityFilter, SqlaTable

    datasets = {dataset.table_name: dataset for dataset in db.session.query(SqlaTable)}
    scopes = {scope["name"]: security_manager.find_role(SCOPE_PREFIX + scope["name"]) for scope in settings["scopes"]}
    unrestricted = [security_manager.find_role(name) for name in ("Admin", "cloudcost_viewer", "cloudcost_finance")]
    wanted: dict[str, tuple[str, str, list[Any], list[Any]]] = {
        "cloudcost: nothing without a scope": (
            "Base", "1 = 0", [*unrestricted, *scopes.values()], list(datasets.values()),
        )
    }  # fmt: skip
    for scope in settings["scopes"]:
        by_clause: dict[str, list[Any]] = {}
        for name, dataset in datasets.items():
            by_clause.setdefault(scope_clause(scope, access["scope_columns"].get(name, {})), []).append(dataset)
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


def scope_clause(scope: dict[str, Any], columns: dict[str, str]) -> str:
    """The SQL condition of a scope on a dataset with these columns for team and account; without any, no row."""
    parts = [
        f"{columns[kind]} in ({', '.join(quote(value) for value in scope[f'{kind}s'])})"
        for kind in ("team", "account")
        if columns.get(kind) and scope[f"{kind}s"]
    ]
    return f"({' or '.join(parts)})" if parts else "1 = 0"


def quote(value: str) -> str:
    """A text as a quoted SQL string. Superset reads clauses as templates, so a value that looks like one is refused."""
    if any(mark in value for mark in ("{{", "{%", "{#")):
        raise ValueError(f"{value!r} cannot be a scope's value: it would be read as a template")
    return "'" + value.replace("'", "''") + "'"


if __name__ == "__main__":
    sys.exit(main())
